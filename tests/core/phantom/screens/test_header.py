import numpy as np
import pytest
from PIL import Image

from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.consoles import CONSOLES, Console
from livernet.core.phantom.screens.header import header_lines, write_header, write_settings
from tests.core.phantom.screens.samples import guest


def empty(console: Console) -> Canvas:
    width, height = console.size
    image = Image.new("RGB", console.size, console.background[0])
    return Canvas(image=image, inside_HW=np.zeros((height, width), bool))


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.name)
def test_patient_and_settings_are_written_and_legible(console: Console) -> None:
    canvas, who = empty(console), guest().who
    write_header(canvas, console, header_lines(np.random.default_rng(0), who, hangul=True))
    write_settings(np.random.default_rng(0), canvas, console, 150.0, 3.5)
    listed = {mark.kind: mark.text for mark in canvas.marks}
    assert listed["name"] == who.hangul
    assert who.number in listed["id"]
    assert listed["birth"].startswith(who.birth)
    assert sum(mark.kind == "setting" for mark in canvas.marks) >= 4
    grey = np.asarray(canvas.image.convert("L")).astype(int)
    for mark in canvas.marks:
        if mark.kind in {"name", "id", "hospital"}:
            x0, y0, x1, y1 = mark.box
            patch = grey[y0:y1, x0:x1]
            assert abs(np.median(patch[mark.ink_hw]) - np.median(patch[~mark.ink_hw])) > 60


def test_latin_names_come_in_several_forms() -> None:
    who = guest().who
    names = {header_lines(np.random.default_rng(k), who, hangul=False)[0].text for k in range(20)}
    assert names == {who.name, who.name.replace(" ", ", "), who.name.title()}
