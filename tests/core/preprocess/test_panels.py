from dataclasses import replace

import numpy as np

from livernet.core.preprocess.panels import Place, alike, find_places
from livernet.core.preprocess.sector import fit_sector
from livernet.core.preprocess.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, echo, overlap, screen, speckle

HALF = Sector(apex=(150.0, -60.0), radii=(90.0, 330.0), angles=(-0.4, 0.4), box=(0.0, 0.0, 299.0, 299.0))


def place(region):
    seen = echo(region)
    fit = fit_sector(seen)
    assert fit is not None
    return Place(echo=seen, fit=fit)


def test_one_sector_is_one_place():
    assert len(find_places(screen())) == 1


def test_two_panels():
    both = np.concatenate([screen(HALF, shape=(300, 300), seed=seed) for seed in (1, 2)], axis=1)
    places = find_places(both)
    assert len(places) == 2
    assert alike(places)


def test_a_strip_below_is_another_place_unlike_the_sector():
    grey = np.zeros((420, 400), np.uint8)
    grey[:300] = screen()
    grey[330:400, 20:380] = speckle((70, 360), 3)
    places = find_places(grey)
    assert len(places) == 2
    assert not alike(places)


def test_a_bar_of_buttons_and_a_thumbnail_are_furniture():
    grey = np.zeros((380, 400), np.uint8)
    grey[:300] = screen()
    grey[350:362, 20:380] = speckle((12, 360), 3)
    grey[10:50, 340:395] = speckle((40, 55), 4)
    assert len(find_places(grey)) == 1


def test_a_piece_parted_by_a_dark_depth_belongs_to_the_sector():
    grey = screen()
    depth = Sector(apex=CONVEX.apex, radii=(240.0, 275.0), angles=CONVEX.angles, box=CONVEX.box)
    grey[depth.mask(SHAPE)] = 0
    (found,) = find_places(grey)
    outer = found.fit.sector.scaled(found.echo.step).mask(SHAPE)
    assert overlap(outer, CONVEX.mask(SHAPE)) > 0.95


def test_a_shadow_in_a_grey_console_is_part_of_the_sector():
    grey = screen(background=70)
    dark = Sector(apex=CONVEX.apex, radii=(150.0, 330.0), angles=(-0.1, 0.55), box=CONVEX.box)
    grey[dark.mask(SHAPE)] = 0
    (found,) = find_places(grey)
    assert overlap(found.fit.sector.scaled(found.echo.step).mask(SHAPE), CONVEX.mask(SHAPE)) > 0.95


def test_sectors_of_another_depth_are_alike_and_boxes_of_another_size_are_not():
    deep, shallow = CONVEX.mask(SHAPE), replace(CONVEX, radii=(90.0, 280.0)).mask(SHAPE)
    assert alike([place(deep), place(shallow)])
    wide, narrow = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    wide[20:280, 20:380], narrow[20:280, 20:200] = True, True
    assert not alike([place(wide), place(narrow)])
    assert not alike([place(deep), place(wide)])
