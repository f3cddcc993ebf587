from dataclasses import replace

import numpy as np
import pytest

from livernet.core.preprocess.sector.echo import Screen
from livernet.core.preprocess.sector.fit import fit_sector
from livernet.core.preprocess.sector.largest import Place
from livernet.core.preprocess.sector.panels import _as_boxes, _as_one, _is_row, alike, apart, find_places
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, echo, overlap, screen, speckle

HALF = Sector(apex=(150.0, -60.0), radii=(90.0, 330.0), angles=(-0.4, 0.4), box=(0.0, 0.0, 299.0, 299.0))


def place(region):
    seen = echo(region)
    fit = fit_sector(seen)
    assert fit is not None
    return Place(echo=seen, fit=fit)


def test_one_sector_is_one_place():
    assert len(find_places(Screen(screen()))) == 1


def test_two_panels():
    both = np.concatenate([screen(HALF, shape=(300, 300), seed=seed) for seed in (1, 2)], axis=1)
    places = find_places(Screen(both))
    assert len(places) == 2
    assert alike(places)


def test_a_strip_below_is_another_place_unlike_the_sector():
    grey = np.zeros((420, 400), np.uint8)
    grey[:300] = screen()
    grey[330:400, 20:380] = speckle((70, 360), 3)
    places = find_places(Screen(grey))
    assert len(places) == 2
    assert not alike(places)


def test_a_bar_of_buttons_and_a_thumbnail_are_furniture():
    grey = np.zeros((380, 400), np.uint8)
    grey[:300] = screen()
    grey[350:362, 20:380] = speckle((12, 360), 3)
    grey[10:50, 340:395] = speckle((40, 55), 4)
    assert len(find_places(Screen(grey))) == 1


def test_sectors_of_another_depth_are_alike_and_boxes_of_another_size_are_not():
    deep, shallow = CONVEX.mask(SHAPE), replace(CONVEX, radii=(90.0, 280.0)).mask(SHAPE)
    assert alike([place(deep), place(shallow)])
    wide, narrow = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    wide[20:280, 20:380], narrow[20:280, 20:200] = True, True
    assert not alike([place(wide), place(narrow)])
    assert not alike([place(deep), place(wide)])


def test_boxes_in_a_row_may_differ_in_depth_and_cut_sectors_of_one_size_in_opening():
    deep, shallow, lower = (np.zeros(SHAPE, bool) for _ in range(3))
    deep[20:280, 20:190], shallow[20:200, 210:380], lower[100:280, 210:380] = True, True, True
    assert alike([place(deep), place(shallow)])
    assert not alike([place(deep), place(lower)])
    left, right = place(CONVEX.mask(SHAPE) & (np.arange(400) < 200)), place(HALF.mask(SHAPE))
    left = replace(left, fit=replace(left.fit, sector=replace(CONVEX, angles=(-0.3, 0.1))))
    in_row = np.zeros(SHAPE, bool)
    in_row[:, 200:] = left.echo.region_hw[:, :200]
    right = replace(
        right, echo=echo(in_row), fit=replace(right.fit, sector=replace(CONVEX, angles=(-0.4, 0.4)))
    )
    assert alike([left, right])
    assert not alike([left, replace(right, echo=echo(in_row & (np.arange(300)[:, None] < 250)))])


def test_panels_do_not_lie_over_one_another():
    left, right = (np.roll(HALF.mask((300, 800)), by, axis=1) for by in (20, 420))
    assert apart([place(left), place(right)])
    assert not apart([place(left), place(np.roll(right, -330, axis=1))])


def box(x0, y0, x1, y1):
    return Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(x0, y0, x1, y1))


def linear(*panels, shape=SHAPE):
    """Boxes of speckle on black."""
    grey = np.zeros(shape, np.uint8)
    for panel in panels:
        inside = panel.mask(shape)
        grey[inside] = speckle(shape, 5)[inside]
    return grey


def test_the_far_band_below_wide_shadows_belongs_to_the_sector_and_a_strip_does_not():
    y, x = np.indices(SHAPE)
    near = replace(CONVEX, angles=(-0.55, 0.2), radii=(90.0, 280.0)).mask(SHAPE)
    near &= (x >= 200) | (np.hypot(x - 200, y - 110) <= 110)
    band = replace(CONVEX, radii=(295.0, 330.0)).mask(SHAPE)
    whole = _as_one(place(near), [echo(band)])
    assert whole is not None
    assert overlap(whole.fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.95
    assert _as_one(place(near), [echo(box(60.0, 240.0, 340.0, 290.0).mask(SHAPE))]) is None


def test_a_vessel_across_a_linear_picture_does_not_part_it():
    whole = box(80.0, 20.0, 279.0, 279.0)
    grey = linear(whole)
    y, x = np.indices(SHAPE)
    grey[np.abs(y - 80 - 0.45 * (x - 80)) < 14] = 0
    (found,) = find_places(Screen(grey))
    assert overlap(found.fit.sector.scaled(found.echo.step).mask(SHAPE), whole.mask(SHAPE)) > 0.95


def test_a_gap_straight_across_parts_two_rectangles():
    assert (
        len(find_places(Screen(linear(box(80.0, 10.0, 279.0, 140.0), box(80.0, 160.0, 279.0, 279.0))))) == 2
    )


def test_two_linear_panels_though_a_dark_depth_rounds_one():
    left, right = (place(box(*sides).mask(SHAPE)) for sides in ((20, 20, 190, 250), (210, 20, 380, 230)))
    rounded = replace(left, fit=replace(left.fit, sector=replace(CONVEX, angles=(-0.05, 0.05))))
    assert not alike([rounded, right])
    boxes = _as_boxes((rounded, right))
    assert [found.fit.sector.kind for found in boxes] == ["rectangle", "rectangle"]
    assert alike(boxes)


@pytest.mark.parametrize("strip", [(210.0, 20.0, 340.0, 250.0), (210.0, 45.0, 380.0, 250.0)])
def test_a_strip_of_another_width_or_height_makes_no_row_of_panels(strip):
    regions = [place(box(*sides).mask(SHAPE)) for sides in ((20.0, 20.0, 190.0, 250.0), strip)]
    assert not _is_row(regions)
