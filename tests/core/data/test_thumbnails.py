import numpy as np

from livernet.core.data.thumbnails import SIDE, thumbnail


def test_the_lit_part_fills_the_thumbnail() -> None:
    picture = np.zeros((200, 300), np.uint8)
    picture[50:150, 100:140] = 90
    picture[50:150, 140:180] = 180
    small = thumbnail(picture)
    assert small.shape == (SIDE, SIDE)
    assert small.dtype == np.uint8
    assert (small[:, : SIDE // 2 - 1] == 90).all()
    assert (small[:, SIDE // 2 + 1 :] == 180).all()


def test_single_specks_and_the_haze_of_jpeg_are_no_picture() -> None:
    picture = np.full((200, 200), 3, np.uint8)
    picture[0, 0] = 255
    picture[60:140, 60:140] = 100
    assert (thumbnail(picture) == 100).all()


def test_nothing_lit() -> None:
    assert not thumbnail(np.zeros((64, 64), np.uint8)).any()
