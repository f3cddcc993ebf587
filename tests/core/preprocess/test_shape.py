import math

import numpy as np

from livernet.core.preprocess.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, overlap


def test_mask_is_what_polar_coordinates_say():
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    dx, dy = x - 200.0, y + 60.0
    radius, angle = np.hypot(dx, dy), np.arctan2(dx, dy)
    wanted = (radius >= 90) & (radius <= 330) & (np.abs(angle) <= 0.55)
    assert overlap(CONVEX.mask(SHAPE), wanted) > 0.999


def test_margin_draws_every_side_in():
    whole, inner = CONVEX.mask(SHAPE), CONVEX.mask(SHAPE, margin=5)
    assert not (inner & ~whole).any()
    rim = whole.sum() - inner.sum()
    around = 330 * 1.1 + 90 * 1.1 + 2 * 240
    assert abs(rim / (5 * around) - 1) < 0.1


def test_rectangle_is_its_box():
    box = Sector(apex=None, radii=(0, 0), angles=(0, 0), box=(10, 20, 19, 24))
    assert box.kind == "rectangle"
    assert box.mask((50, 50)).sum() == 10 * 5
    assert box.mask((50, 50), margin=1).sum() == 8 * 3


def test_phased_sector_reaches_its_apex():
    phased = Sector(apex=(50.0, 5.0), radii=(0, 40), angles=(-0.7, 0.7), box=(0, 0, 99, 99))
    assert phased.mask((100, 100))[5, 50]


def test_scaled_covers_the_same_part():
    double = CONVEX.scaled(2)
    big = double.mask((2 * SHAPE[0], 2 * SHAPE[1]))
    assert overlap(big[::2, ::2], CONVEX.mask(SHAPE)) > 0.98


def test_dict_is_json_and_rounded():
    document = CONVEX.to_dict()
    assert document["kind"] == "sector"
    assert document["apex"] == [200.0, -60.0]
    assert math.isclose(document["angles"][1], 0.55)
