from dataclasses import replace

import numpy as np
import pytest

from livernet.core.preprocess.sector.fit import fit_rectangle, fit_sector
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, echo, overlap

SECTORS = {
    "convex": CONVEX,
    "cut off": replace(CONVEX, box=(60.0, 0.0, 340.0, 299.0)),
    "flat bottom": replace(CONVEX, box=(0.0, 0.0, 399.0, 240.0)),
    "phased": Sector(
        apex=(200.0, 12.0), radii=(2.0, 270.0), angles=(-0.7, 0.7), box=(0.0, 0.0, 399.0, 299.0)
    ),
    "trapezoid": Sector(
        apex=(200.0, -250.0), radii=(0.0, 900.0), angles=(-0.3, 0.3), box=(0.0, 20.0, 399.0, 260.0)
    ),
    "rectangle": Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(80.0, 30.0, 320.0, 260.0)),
}


@pytest.mark.parametrize("name", SECTORS)
def test_recovers_the_shape(name):
    truth = SECTORS[name].mask(SHAPE)
    fit = fit_sector(echo(truth))
    assert fit is not None
    assert overlap(fit.sector.mask(SHAPE), truth) > 0.98
    assert fit.leak < 0.01
    assert fit.coverage > 0.97


def test_a_shadow_does_not_eat_the_edge():
    shadow = Sector(apex=CONVEX.apex, radii=(120.0, 330.0), angles=(-0.56, -0.3), box=CONVEX.box).mask(SHAPE)
    fit = fit_sector(echo(CONVEX.mask(SHAPE) & ~shadow))
    assert fit is not None
    assert overlap(fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.95
    assert fit.edges < 0.8


def test_an_edge_lost_from_the_top_is_mirrored_about_the_lower_arc():
    lost = Sector(apex=CONVEX.apex, radii=(0.0, 300.0), angles=(-0.56, -0.3), box=CONVEX.box).mask(SHAPE)
    fit = fit_sector(echo(CONVEX.mask(SHAPE) & ~lost))
    assert fit is not None
    assert overlap(fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.95


def test_strokes_beside_a_shadow_stay_outside():
    dark = Sector(apex=CONVEX.apex, radii=(120.0, 330.0), angles=(0.2, 0.56), box=CONVEX.box).mask(SHAPE)
    seen = echo(CONVEX.mask(SHAPE) & ~dark)
    ticks = np.zeros(SHAPE, bool)
    ticks[60:240:20, 330:336] = True
    assert (CONVEX.mask(SHAPE) & ticks).any()
    fit = fit_sector(replace(seen, stroke_hw=ticks))
    assert fit is not None
    assert not (fit.sector.mask(SHAPE) & ticks).any()


def test_a_cut_on_one_side_holds_for_the_other():
    cut = SECTORS["cut off"].mask(SHAPE)
    dark = np.zeros(SHAPE, bool)
    dark[150:, 300:] = True
    fit = fit_sector(echo(cut & ~dark))
    assert fit is not None
    assert abs(fit.sector.box[2] - 340) <= 3


def test_the_viewport_bounds_the_sector():
    fit = fit_sector(echo(CONVEX.mask(SHAPE) & (np.arange(400) > 90), (70, 0, 399, 299)))
    assert fit is not None
    assert fit.sector.box[0] >= 70


def test_two_sectors_do_not_fit_one():
    half = CONVEX.mask(SHAPE)[:, 20:380]
    fit = fit_sector(echo(np.concatenate([half, half], axis=1)))
    assert fit is not None
    assert fit.coverage < 0.9 or fit.leak > 0.04


def test_no_extent_no_fit():
    region = np.zeros(SHAPE, bool)
    region[10:15, 10:15] = True
    assert fit_sector(echo(region)) is None


def test_a_rectangle_on_demand_where_a_sector_would_fit_as_well():
    truth = SECTORS["rectangle"].mask(SHAPE)
    y, x = np.indices(SHAPE)
    fit = fit_rectangle(echo(truth & (np.hypot(x - 200, y - 90) < 185)))
    assert fit.sector.kind == "rectangle"
    assert overlap(fit.sector.mask(SHAPE), truth) > 0.98
