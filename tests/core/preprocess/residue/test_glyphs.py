import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.preprocess.residue.glyphs import Glyph, drawn_shapes, is_cross, is_outline
from livernet.core.preprocess.residue.strokes import search
from tests.core.preprocess.screens import cross, speckle, write

SHAPE = (120, 160)


def shapes(grey):
    layer = search(grey, np.ones(SHAPE, bool))[0]
    return drawn_shapes(layer, layer.strokes)


def test_letters_are_shapes_of_their_own():
    found = [s for s in shapes(write(speckle(SHAPE) // 2, (40, 40), "HTH", 24)) if s.seeded]
    assert len(found) == 3
    assert all(15 <= shape.height <= 21 for shape in found)
    assert all(6 <= shape.width <= 18 for shape in found)


def test_nothing_without_strokes():
    assert shapes(np.full(SHAPE, 70, np.uint8)) == []


def drawn(points, size=15):
    image = Image.new("1", (size, size))
    for line in points:
        ImageDraw.Draw(image).line(line, fill=1)
    ink = np.array(image)
    return Glyph(box=(slice(0, size), slice(0, size)), ink_hw=ink, stroked=1.0)


@pytest.mark.parametrize(
    ("points", "crossed"),
    [
        ([(0, 7, 14, 7), (7, 0, 7, 14)], True),
        ([(0, 0, 14, 14), (0, 14, 14, 0)], True),
        ([(0, 0, 14, 0), (7, 0, 7, 14)], False),
        ([(0, 0, 0, 14), (14, 0, 14, 14), (0, 7, 14, 7)], False),
        ([(0, 14, 7, 0), (7, 0, 14, 14)], False),
        ([(0, 7, 14, 7)], False),
    ],
    ids=["plus", "saltire", "T", "H", "chevron", "bar"],
)
def test_a_cross_is_two_bars_that_cross_in_the_middle(points, crossed):
    assert is_cross(drawn(points)) == crossed


def test_a_caliper_in_speckle_is_a_cross():
    (shape,) = [s for s in shapes(cross(speckle(SHAPE) // 2, 80, 60)) if s.seeded]
    assert is_cross(shape)


def test_an_outline_has_a_pen_too_thin_for_a_letter():
    assert is_outline(drawn([(18, 0, 10, 12, 20, 26, 14, 39)], size=40))
    assert not is_outline(drawn([(5, 0, 5, 14), (5, 14, 12, 14)]))
    assert not is_outline(drawn([(5, 0, 5, 39), (6, 0, 6, 39), (7, 0, 7, 39)], size=40))
