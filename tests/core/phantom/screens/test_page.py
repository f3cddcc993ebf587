import numpy as np
from PIL import Image

from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.page import draw_page
from tests.core.phantom.screens.samples import guest


def test_a_page_is_text_and_names_the_patient() -> None:
    of = guest(2)
    width, height = of.console.size
    canvas = Canvas(image=Image.new("RGB", (width, height)), inside_HW=np.zeros((height, width), bool))
    draw_page(np.random.default_rng(0), canvas, of.console, of.who)
    texts = [mark.text for mark in canvas.marks]
    assert of.who.name in texts
    assert any(text.endswith("cm") for text in texts)
    assert {"graph", "measure", "label"} <= {mark.kind for mark in canvas.marks}
