import numpy as np

from livernet.core.preprocess.residue.dots import dotted_lines
from tests.core.preprocess.screens import speckle

SHAPE = (160, 240)
EVERYWHERE = np.ones(SHAPE, bool)


def test_a_straight_dotted_line():
    grey = speckle(SHAPE) // 2
    places = [(30 + 6 * k, 40 + 9 * k) for k in range(12)]
    for y, x in places:
        grey[y, x] = 240
    found = dotted_lines(grey, EVERYWHERE, 1.0)
    assert all(found[place] for place in places)
    assert found.sum() == len(places)


def test_a_dotted_ellipse():
    grey = speckle(SHAPE) // 2
    turns = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    places = {(round(80 + 30 * np.sin(t)), round(120 + 40 * np.cos(t))) for t in turns}
    for y, x in places:
        grey[y, x] = 240
    found = dotted_lines(grey, EVERYWHERE, 1.0)
    assert sum(found[place] for place in places) >= 0.9 * len(places)


def test_scattered_dots_and_speckle_are_none():
    grey = speckle(SHAPE) // 2
    assert not dotted_lines(grey, EVERYWHERE, 1.0).any()
    rng = np.random.default_rng(1)
    grey[rng.integers(5, 155, 12), rng.integers(5, 235, 12)] = 240
    assert not dotted_lines(grey, EVERYWHERE, 1.0).any()


def test_dots_of_many_greys_are_no_line():
    grey = np.full(SHAPE, 40, np.uint8)
    for k in range(12):
        grey[60, 30 + 9 * k] = (120, 150, 180, 210, 240)[k % 5]
    assert not dotted_lines(grey, EVERYWHERE, 1.0).any()
