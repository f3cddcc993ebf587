from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.preprocess.residue.lines import level_lines
from livernet.core.preprocess.residue.markers import KINDS, find_markers
from livernet.core.preprocess.residue.strokes import search
from tests.core.preprocess.screens import speckle

SHAPE = (240, 320)
EVERYWHERE, NOWHERE = np.ones(SHAPE, bool), np.zeros(SHAPE, bool)


def draw(*lines, fill=250, dim=2):
    image = Image.fromarray(speckle(SHAPE) // dim)
    for line in lines:
        ImageDraw.Draw(image).line(line, fill=fill)
    return np.array(image)


def marks(grey, colour=NOWHERE, dark=NOWHERE):
    layers = search(grey, EVERYWHERE)
    return find_markers(layers, level_lines(layers[0]), colour, dark, EVERYWHERE)


PLUS = ((93, 100, 107, 100), (100, 93, 100, 107))
SALTIRE = ((93, 93, 107, 107), (93, 107, 107, 93))
CHEVRON = ((95, 110, 100, 100), (100, 100, 105, 110))
_OUTLINE = ((8, 0), (4, 12), (10, 26), (6, 42)), ((32, 0), (36, 12), (30, 26), (34, 42))
TORSO = tuple((200 + a, 150 + b, 200 + c, 150 + d) for side in _OUTLINE for (a, b), (c, d) in pairwise(side))


@pytest.mark.parametrize(
    ("lines", "kind", "share"),
    [(PLUS, "caliper", 0.9), (SALTIRE, "caliper", 0.9), (CHEVRON, "stroke", 0.7), (TORSO, "stroke", 0.7),
     (((40, 120, 200, 120),), "trace", 0.95)],
    ids=["plus", "saltire", "chevron", "body mark", "trace"],
)  # fmt: skip
def test_drawn_marks_are_covered_and_named(lines, kind, share):
    grey = draw(*lines)
    found, kinds = marks(grey)
    ink = grey == 250
    assert (found & ink).sum() >= share * ink.sum()
    assert kinds.get(kind, 0) >= 1
    assert found.sum() <= 6 * ink.sum() + 60


def test_speckle_has_no_marks():
    for seed in range(4):
        assert marks(speckle(SHAPE, seed)) == (pytest.approx(NOWHERE), {})


def test_two_calipers_apart_are_two_and_a_dotted_line_joins_them():
    apart = tuple((a + 100, b + 60, c + 100, d + 60) for a, b, c, d in PLUS)
    grey = draw(*PLUS, *apart)
    assert marks(grey)[1] == {"caliper": 2}
    for t in np.linspace(0.1, 0.9, 14):
        grey[round(100 + 60 * t), round(100 + 100 * t)] = 250
    assert marks(grey)[1] == {"caliper": 1}


def test_colour_is_a_mark():
    colour = NOWHERE.copy()
    colour[50:52, 80:120] = True
    found, kinds = marks(speckle(SHAPE), colour)
    assert kinds == {"colour": 1}
    assert found[50:52, 80:120].all()


def test_lines_in_the_dark_need_no_upright_stroke():
    grey = np.zeros(SHAPE, np.uint8)
    grey[100, 60:80] = 150
    assert marks(grey, dark=EVERYWHERE)[0][100, 60:80].all()
    assert not marks(grey)[0].any()


def test_kinds_are_named_from_the_most_particular():
    assert KINDS[0] == "caliper"
    assert KINDS[-1] == "stroke"
