import numpy as np

from livernet.core.preprocess.echo import background_levels, find_echo
from tests.core.preprocess.screens import CONVEX, SHAPE, screen, write


def region_of(grey):
    echo = find_echo(grey)
    assert echo is not None
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


def test_two_panels_are_rivals():
    half = screen()[:, 20:380]
    grey = np.concatenate([half, half], axis=1)
    echo = find_echo(grey)
    assert echo is not None
    assert echo.rivals
    assert echo.rivals[0] > 0.9


def test_nothing_in_an_empty_screen():
    assert find_echo(np.zeros(SHAPE, np.uint8)) is None
    assert find_echo(write(np.zeros(SHAPE, np.uint8), (50, 50), "NO SIGNAL", 20)) is None


def test_within_limits_the_search():
    echo = find_echo(screen(), (0, 0, 199, 299))
    assert echo is not None
    assert not echo.region_hw[:, 200 // echo.step :].any()


def test_near_grows_by_the_distance():
    echo = find_echo(screen())
    assert echo is not None
    near = echo.near(SHAPE, 8)
    assert near.shape == SHAPE
    assert (near & ~CONVEX.mask(SHAPE, margin=-14)).sum() == 0


def test_background_levels_are_widened():
    levels = background_levels(np.full((40, 40), 18, np.uint8), 2)
    assert np.flatnonzero(levels).tolist() == [16, 17, 18, 19, 20]
