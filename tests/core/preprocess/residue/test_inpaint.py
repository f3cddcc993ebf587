import numpy as np

from livernet.core.preprocess.residue.inpaint import paint_over
from tests.core.preprocess.screens import CONVEX, SHAPE, screen

INSIDE = CONVEX.mask(SHAPE, margin=1.5)
NOWHERE = np.zeros(SHAPE, bool)


def test_nothing_marked_returns_the_picture():
    grey = screen()
    assert paint_over(grey, NOWHERE, INSIDE) is grey


def test_only_marked_pixels_change_and_take_the_grey_around_them():
    grey, marked = screen(), NOWHERE.copy()
    marked[150:153, 190:210] = True
    marked[220:224, 180:190] = True
    grey[marked] = 255
    painted = paint_over(grey, marked, INSIDE)
    assert np.array_equal(painted[~marked], grey[~marked])
    around = grey[140:163, 180:220][~marked[140:163, 180:220]]
    assert abs(float(painted[150:153, 190:210].mean()) - float(around.mean())) < 25
    assert painted[marked].max() < 200


def test_nothing_from_outside_the_sector_is_mixed_in():
    grey = np.full(SHAPE, 50, np.uint8)
    grey[~INSIDE] = 255
    rows = np.flatnonzero(INSIDE[:, 200])
    marked = NOWHERE.copy()
    marked[rows[0] : rows[0] + 6, 195:205] = True
    marked &= INSIDE
    assert (paint_over(grey, marked, INSIDE)[marked] == 50).all()


def test_a_mark_without_surroundings_becomes_black():
    grey = np.full((60, 60), 200, np.uint8)
    everywhere = np.ones((60, 60), bool)
    assert not paint_over(grey, everywhere, everywhere).any()
