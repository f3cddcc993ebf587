import math

import numpy as np
import pytest

from livernet.core.preprocess.sector.shape import Sector
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


@pytest.mark.parametrize("margin", [0.0, 1.5, -4.5])
def test_rows_filled_between_their_ends_are_those_of_pixels_judged_one_by_one(margin: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        left, outer = rng.uniform(-1.2, 0.2), float(10 ** rng.uniform(1.3, 4.0))
        sector = Sector(
            apex=(float(rng.uniform(-40, 160)), float(rng.uniform(-outer, 40))),
            radii=(float(rng.choice([0.0, rng.uniform(0, outer)])), outer),
            angles=(float(left), float(left + rng.uniform(0.1, 1.2))),
            box=(float(rng.uniform(-9, 40)), 3.0, float(rng.uniform(80, 130)), 88.5),
        )
        x0, y0, x1, y1 = sector.box
        y_H1, x_1W = np.ogrid[:90, :120]
        boxed = (x_1W >= x0 + margin) & (x_1W <= x1 - margin)
        boxed = boxed & (y_H1 >= y0 + margin) & (y_H1 <= y1 - margin)
        assert sector.apex is not None
        x_1W, y_H1 = (
            part.astype(np.float32) - np.float32(start)
            for part, start in zip((x_1W, y_H1), sector.apex, strict=True)
        )
        assert np.array_equal(sector.mask((90, 120), margin), boxed & sector._holds(x_1W, y_H1, margin))
