from dataclasses import replace

import numpy as np

from livernet.core.preprocess.sector.echo import Screen
from livernet.core.preprocess.sector.largest import (
    Place,
    _better,
    find_largest,
    is_strip,
    place_of,
    share_inside,
)
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, echo, overlap, screen, speckle


def box(x0, y0, x1, y1):
    return Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(x0, y0, x1, y1))


def test_nothing_on_an_empty_screen():
    assert find_largest(Screen(np.zeros(SHAPE, np.uint8))) == (None, ())


def test_the_regions_beside_it():
    grey = np.zeros((420, 400), np.uint8)
    grey[:300] = screen()
    grey[330:400, 20:380] = speckle((70, 360), 3)
    found, others = find_largest(Screen(grey))
    assert found is not None
    assert len(others) == 1
    assert is_strip(others[0])
    assert not is_strip(found.echo)
    assert share_inside(found, others[0]) == 0
    assert share_inside(found, found.echo) > 0.95


def test_a_piece_parted_by_a_dark_depth_belongs_to_the_sector():
    grey = screen()
    depth = Sector(apex=CONVEX.apex, radii=(240.0, 275.0), angles=CONVEX.angles, box=CONVEX.box)
    grey[depth.mask(SHAPE)] = 0
    found, _ = find_largest(Screen(grey))
    assert found is not None
    outer = found.fit.sector.scaled(found.echo.step).mask(SHAPE)
    assert overlap(outer, CONVEX.mask(SHAPE)) > 0.95


def test_a_shadow_in_a_grey_console_is_part_of_the_sector():
    grey = screen(background=70)
    dark = Sector(apex=CONVEX.apex, radii=(150.0, 330.0), angles=(-0.1, 0.55), box=CONVEX.box)
    grey[dark.mask(SHAPE)] = 0
    found, _ = find_largest(Screen(grey))
    assert found is not None
    assert overlap(found.fit.sector.scaled(found.echo.step).mask(SHAPE), CONVEX.mask(SHAPE)) > 0.95


def test_thumbnails_joined_by_a_faint_gap_are_furniture():
    panel = box(100.0, 10.0, 299.0, 239.0).mask(SHAPE)
    high, thumbnails = place_of(echo(panel)), box(60.0, 240.0, 139.0, 279.0).mask(SHAPE)
    assert high is not None
    leak = float(thumbnails.sum() / (panel | thumbnails).sum())
    low = Place(echo=echo(panel | thumbnails), fit=replace(high.fit, leak=leak))
    assert _better(low, high) == (high, True)
