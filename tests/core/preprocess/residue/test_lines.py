import numpy as np

from livernet.core.preprocess.residue.lines import holds_frame
from livernet.core.preprocess.residue.lines import level_lines as lines_of
from livernet.core.preprocess.residue.strokes import search
from tests.core.preprocess.screens import speckle

SHAPE = (100, 160)


def level_lines(grey):
    return lines_of(search(grey, np.ones(grey.shape, bool))[0])


def test_a_long_level_line_is_found_exactly():
    grey = speckle(SHAPE) // 2
    grey[50, 30:90] = 220
    found = level_lines(grey)
    assert found[50, 32:88].all()
    assert found[50].sum() == found.sum()


def test_short_wavering_and_faint_lines_are_not():
    grey = speckle(SHAPE) // 2
    grey[20, 30:55] = 220
    grey[40, 30:110] = np.linspace(150, 250, 80)
    assert not level_lines(grey).any()
    assert not level_lines(np.full((100, 20), 50, np.uint8)).any()


def lines(*spans):
    found = np.zeros(SHAPE, bool)
    for row, left, right in spans:
        found[row, left:right] = True
    return found


def test_a_frame_is_a_top_and_a_bottom_of_one_width():
    assert holds_frame(lines((20, 40, 100), (60, 40, 100)))
    assert not holds_frame(lines((20, 40, 100)))
    assert not holds_frame(lines((20, 40, 100), (60, 70, 130)))
    assert not holds_frame(lines((20, 40, 100), (24, 40, 100)))
    assert not holds_frame(lines((2, 1, 159), (97, 1, 159)))


def test_a_frame_is_followed_over_flow_nearly_as_bright():
    grey = speckle(SHAPE) // 2
    for row, flow in ((20, slice(45, 60)), (70, slice(100, 118))):
        grey[row - 6 : row + 7, flow] = 185
        grey[row, 30:120] = 225
    found = level_lines(grey)
    assert found[[20, 70], 32:118].all()
    assert found.sum() <= 2 * 90
    assert holds_frame(found)
