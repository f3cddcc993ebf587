import numpy as np
import pytest

from livernet.core.preprocess.residue import find_residue, is_writing, paint_over, vertical_runs
from tests.core.preprocess.screens import CONVEX, SHAPE, cross, screen, write

INSIDE = CONVEX.mask(SHAPE, margin=1.5)
NOWHERE = np.zeros(SHAPE, bool)


def residue(grey, saturated=NOWHERE, dark=NOWHERE):
    return find_residue(grey, saturated, INSIDE, dark)


def test_clean_speckle_has_none():
    for seed in range(5):
        found = residue(screen(seed=seed))
        assert not found.text
        assert found.markers == 0
        assert not found.marker_HW.any()


@pytest.mark.parametrize("size", [14, 18, 24])
@pytest.mark.parametrize("text", ["KIM MINSU", "12345678", "2018-04-22"])
def test_writing_is_refused(text, size):
    assert residue(write(screen(), (140, 150), text, size)).text


def test_calipers_are_markers_and_not_writing():
    grey = cross(cross(screen(), 150, 150), 230, 190)
    for t in np.linspace(0.1, 0.9, 12):
        grey[round(150 + 40 * t), round(150 + 80 * t)] = 250
    found = residue(grey)
    assert not found.text
    assert found.markers >= 1
    drawn = (grey == 250) & INSIDE
    assert (found.marker_HW & drawn).sum() >= 0.9 * drawn.sum()
    assert found.marker_HW.sum() < 0.02 * INSIDE.sum()


def test_painting_leaves_no_stroke_and_touches_nothing_else():
    grey = cross(screen(), 200, 180)
    found = residue(grey)
    painted = paint_over(grey, found.marker_HW, INSIDE)
    assert painted[180, 193:208].max() < 200
    assert np.array_equal(painted[~found.marker_HW], grey[~found.marker_HW])
    assert not residue(painted).marker_HW.any()


def test_strokes_in_the_dark_need_no_seed():
    grey = screen()
    grey[180:, 200:] = 0
    grey[230, 240:250] = 200
    dark = NOWHERE.copy()
    dark[195:, 215:] = True
    assert residue(grey, dark=dark).marker_HW[230, 240:250].all()
    assert not residue(grey).marker_HW.any()


def test_a_coloured_caliper_is_painted_and_a_flow_box_refused():
    little, much = NOWHERE.copy(), NOWHERE.copy()
    little[150, 190:205] = True
    much[150:180, 180:210] = True
    assert not residue(screen(), little).coloured
    assert residue(screen(), little).marker_HW[150, 190:205].all()
    assert residue(screen(), much).coloured


def test_coloured_writing_is_refused():
    coloured = (write(np.zeros(SHAPE, np.uint8), (150, 150), "LEE JANE", 16) > 128) & INSIDE
    assert residue(screen(), coloured).text


def test_vertical_runs_are_thin_straight_and_bright():
    grey = np.full((40, 60), 60, np.uint8)
    grey[10:20, 10] = 200
    grey[10, 30:40] = 200
    grey[10:20, 45:56] = 200
    runs = vertical_runs(grey, 300)
    assert runs[10:20, 10].all()
    assert runs.sum() == 10


def box(x, top, height):
    return slice(top, top + height), slice(x, x + 2)


def test_writing_is_three_like_strokes_side_by_side():
    assert is_writing([box(10, 20, 9), box(18, 21, 9), box(27, 20, 8)], 3)
    assert not is_writing([box(10, 20, 9), box(18, 21, 9)], 3)
    assert not is_writing([box(10, 20, 9), box(10, 40, 9), box(10, 60, 9)], 3)
    assert not is_writing([box(10, 20, 9), box(60, 20, 9), box(110, 20, 9)], 3)


def test_nothing_inside_nothing_found():
    assert not find_residue(screen(), NOWHERE, NOWHERE, NOWHERE).text


def test_paint_over_nothing_returns_the_picture():
    grey = screen()
    assert paint_over(grey, NOWHERE, INSIDE) is grey
