import numpy as np

from livernet.core.preprocess.sector.echo import Screen, find_hole
from tests.core.preprocess.screens import CONVEX, SHAPE, screen, write


def region_of(grey):
    echo = Screen(grey).echoes()[0]
    return echo, np.kron(echo.region_hw, np.ones((echo.step, echo.step), bool))


def test_region_is_the_sector_and_not_the_writing():
    _, region = region_of(screen())
    inside = CONVEX.mask(SHAPE)
    assert (region & inside).sum() > 0.95 * inside.sum()
    assert not region[:22, :120].any()


def test_grey_console_is_background():
    _, region = region_of(screen(background=60))
    assert (region & ~CONVEX.mask(SHAPE, margin=-3)).sum() == 0


def test_panel_bounds_the_viewport():
    grey = screen()
    grey[:, :60] = 70
    echo, _ = region_of(grey)
    assert echo.viewport[0] * echo.step == 60


def test_panels_are_separate_regions_largest_first():
    half = screen()[:, 20:380]
    small = half.copy()
    small[220:] = 0
    first, second = Screen(np.concatenate([small, half], axis=1)).echoes()
    assert first.area > second.area > 0.5 * first.area
    assert np.flatnonzero(first.region_hw.any(axis=0))[0] * first.step > 300


def test_nothing_in_an_empty_screen():
    assert Screen(np.zeros(SHAPE, np.uint8)).echoes() == ()
    assert Screen(write(np.zeros(SHAPE, np.uint8), (50, 50), "NO SIGNAL", 20)).echoes() == ()
    assert Screen(np.zeros((4, 4), np.uint8)).echoes() == ()


def test_within_limits_the_search():
    echo = Screen(screen()).echoes(within=(0, 0, 199, 299))[0]
    assert not echo.region_hw[:, 200 // echo.step :].any()


def test_writing_that_touches_the_sector_is_left_out():
    _, region = region_of(write(screen(), (150, 270), "KIM MINSU 12345678", 16))
    assert (region & ~CONVEX.mask(SHAPE, margin=-4)).sum() < 20


def test_a_shaded_console_is_no_echo():
    shade = np.linspace(40, 110, SHAPE[0]).astype(np.uint8)[:, None]
    grey = np.where(CONVEX.mask(SHAPE), screen(), shade)
    _, region = region_of(grey)
    assert (region & ~CONVEX.mask(SHAPE, margin=-4)).sum() == 0


def test_movement_tells_echoes_from_a_textured_console():
    grey = screen()
    grey[:, :50] = np.random.default_rng(0).integers(40, 200, (300, 50))
    grey[200:] = 0
    moving = CONVEX.mask(SHAPE)
    still, moved = Screen(grey).echoes()[:2], Screen(grey, moving).echoes()
    assert len(still) == 2
    assert len(moved) == 1
    assert len(Screen(grey, np.zeros(SHAPE, bool)).echoes()) == 2


def test_strokes_away_from_the_region_are_drawn():
    echo = Screen(screen()).echoes()[0]
    assert echo.drawn_hw.sum() > 20
    assert not (echo.drawn_hw & echo.region_hw).any()


def test_a_sector_is_a_hole_in_a_grey_console():
    dark = np.where(CONVEX.mask(SHAPE), 0, 70).astype(np.uint8)
    dark[60:150, 150:250] = screen()[60:150, 150:250]
    screened = Screen(dark)
    echo = screened.echoes()[0]
    hole = find_hole(screened, echo)
    assert hole is not None
    assert hole.area > 2 * echo.area
    assert find_hole(Screen(screen()), Screen(screen()).echoes()[0]) is None


def test_near_grows_by_the_distance():
    echo = Screen(screen()).echoes()[0]
    near = echo.near((slice(0, SHAPE[0]), slice(0, SHAPE[1])), 8)
    assert near.shape == SHAPE
    assert (near & ~CONVEX.mask(SHAPE, margin=-14)).sum() == 0


def test_background_levels_are_widened():
    levels = Screen(np.full((40, 40), 18, np.uint8)).background(2)
    assert np.flatnonzero(levels).tolist() == [16, 17, 18, 19, 20]


def test_texture_is_the_median_range_within_the_region():
    screened = Screen(screen())
    echo = screened.echoes()[0]
    some = np.s_[::2, ::2]
    assert echo.texture == np.median(screened.range_hw[some][echo.region_hw[some]])


def test_greys_up_to_white_may_be_background():
    grey = np.where(CONVEX.mask(SHAPE), screen(), np.uint8(255))
    (echo,) = Screen(grey).echoes()
    assert np.flatnonzero(Screen(grey).background(3))[-1] == 255
    assert 0.8 * CONVEX.mask(SHAPE).sum() < echo.area * echo.step**2 < 1.1 * CONVEX.mask(SHAPE).sum()
