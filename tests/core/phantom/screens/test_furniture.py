import numpy as np
import pytest
from PIL import Image

from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.consoles import CONSOLES, Console
from livernet.core.phantom.screens.furniture import Seen, draw_furniture

SEEN_MM = 0.3


def dressed(console: Console) -> Canvas:
    width, height = console.size
    x0, y0, x1, y1 = console.viewport
    reach = (x0 + (x1 - x0) // 5, y0 + 5, x1 - (x1 - x0) // 5, y1 - 10)
    inside = np.zeros((height, width), bool)
    inside[reach[1] : reach[3], reach[0] : reach[2]] = True
    canvas = Canvas(image=Image.new("RGB", console.size), inside_HW=inside)
    thumbnail = Image.new("RGB", (160, 120), (90, 90, 90))
    seen = Seen(reach=reach, mm_per_px=SEEN_MM, thumbnail=thumbnail)
    draw_furniture(np.random.default_rng(0), canvas, console, seen)
    return canvas


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.name)
def test_furniture_stays_beside_the_picture(console: Console) -> None:
    canvas = dressed(console)
    kinds = {mark.kind for mark in canvas.marks}
    assert {"ruler", "logo", "grey bar"} <= kinds
    assert not any(mark.inside for mark in canvas.marks if mark.text or mark.kind in {"thumbnail", "button"})


def test_touching_ruler_begins_at_the_pictures_border() -> None:
    console = next(c for c in CONSOLES if "ruler touching" in c.parts)
    canvas = dressed(console)
    ruler = next(mark for mark in canvas.marks if mark.kind == "ruler")
    assert ruler.ink_hw[:, 0].any()
    assert not canvas.inside_HW[:, ruler.box[0]].any()
    assert canvas.inside_HW[:, ruler.box[0] - 1].any()
