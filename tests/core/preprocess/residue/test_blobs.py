import numpy as np

from livernet.core.preprocess.residue.blobs import blobs, blocks, surroundings


def mask(*places, shape=(40, 60)):
    found = np.zeros(shape, bool)
    for y, x in places:
        found[y, x] = True
    return found


def test_pixels_that_touch_at_a_corner_are_one():
    found = blobs(mask((3, 4), (4, 5), (5, 4), (20, 20)))
    assert found.count == 2
    assert found.boxes() == [(slice(3, 6), slice(4, 6)), (slice(20, 21), slice(20, 21))]


def test_the_end_of_a_row_does_not_touch_the_next_row():
    assert blobs(mask((3, 59), (4, 0))).count == 2


def test_nothing_is_no_group():
    found = blobs(mask())
    assert found.count == 0
    assert found.boxes() == []


def test_blocks():
    assert np.argwhere(blocks(mask((0, 0), (39, 59)), 12)).tolist() == [[0, 0], [3, 4]]


def test_surroundings_reach_far_enough_and_stay_apart():
    far = surroundings(mask((100, 100), (105, 103), (300, 400), shape=(500, 500)), 24)
    assert len(far) == 2
    rows, columns = far[0]
    assert rows.start <= 76
    assert rows.stop >= 129
    assert columns.start <= 76
    assert columns.stop >= 127
    assert rows.stop < 300
