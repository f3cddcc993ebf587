import numpy as np
import pytest

from livernet.core.preprocess.residue.find import find_residue
from livernet.core.preprocess.residue.inpaint import paint_over
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
        assert found.kinds == {}
        assert not found.marker_HW.any()
        assert found.suspicion < 1


@pytest.mark.parametrize("size", [14, 18, 24])
@pytest.mark.parametrize("text", ["KIM MINSU", "12345678", "2018-04-22"])
def test_writing_is_refused(text, size):
    found = residue(write(screen(), (140, 150), text, size))
    assert found.text
    assert found.suspicion == 1


def test_calipers_are_markers_and_not_writing():
    grey = cross(cross(screen(), 150, 150), 230, 190)
    for t in np.linspace(0.1, 0.9, 12):
        grey[round(150 + 40 * t), round(150 + 80 * t)] = 250
    found = residue(grey)
    assert not found.text
    assert found.kinds == {"caliper": 1}
    assert found.markers == 1
    drawn = (grey == 250) & INSIDE
    assert (found.marker_HW & drawn).sum() >= 0.9 * drawn.sum()
    assert found.marker_HW.sum() < 0.02 * INSIDE.sum()
    assert 0 < found.suspicion < 1


def test_painting_leaves_no_stroke_and_touches_nothing_else():
    grey = cross(screen(), 200, 180)
    found = residue(grey)
    painted = paint_over(grey, found.marker_HW, INSIDE)
    assert painted[180, 193:208].max() < 200
    assert np.array_equal(painted[~found.marker_HW], grey[~found.marker_HW])
    assert not residue(painted).marker_HW.any()


def test_a_coloured_caliper_is_painted_and_a_flow_box_refused():
    little, much = NOWHERE.copy(), NOWHERE.copy()
    little[150, 190:205] = True
    much[150:180, 180:210] = True
    assert not residue(screen(), little).coloured
    assert residue(screen(), little).marker_HW[150, 190:205].all()
    assert residue(screen(), much).coloured


def test_the_frame_of_a_doppler_box_refuses_without_colour():
    grey = screen()
    grey[[130, 190], 160:240] = 240
    grey[130:191, [160, 239]] = 240
    assert residue(grey).coloured


def test_a_tinted_grey_map_is_neither_colour_nor_a_mark():
    grey = screen()
    found = residue(grey, grey > 110)
    assert not found.coloured
    assert found.markers == 0


def test_coloured_writing_is_refused():
    coloured = (write(np.zeros(SHAPE, np.uint8), (150, 150), "LEE JANE", 16) > 128) & INSIDE
    assert residue(screen(), coloured).text


def test_nothing_inside_nothing_found():
    assert not find_residue(screen(), NOWHERE, NOWHERE, NOWHERE).text
