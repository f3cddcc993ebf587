import numpy as np
import pytest
import torch

from livernet.core.errors import ConfigError, DataError
from livernet.core.preprocess.geometry import (
    Geometry,
    mask_from_square,
    mask_to_square,
    picture_to_square,
)


def geometry(box=(10, 20, 90, 60), source=(80, 100), size=64, fit="pad"):
    return Geometry(box=box, source=source, size=size, fit=fit)


def test_pad_keeps_the_aspect_and_centres():
    made = geometry()
    assert made.placed == (0, 16, 64, 48)
    assert made.scale == (0.8, 0.8)


def test_stretch_fills_the_square():
    made = geometry(fit="stretch")
    assert made.placed == (0, 0, 64, 64)
    assert made.scale == (0.8, 1.6)


def test_dict_round_trip():
    made = geometry()
    assert Geometry.from_dict(made.to_dict()) == made


def test_incomplete_dict():
    with pytest.raises(DataError, match="is not complete"):
        Geometry.from_dict({"box": [0, 0, 1, 1]})


@pytest.mark.parametrize("box", [(0, 0, 101, 10), (-1, 0, 10, 10), (10, 10, 10, 20)])
def test_box_must_lie_inside(box):
    with pytest.raises(ConfigError, match="does not lie inside the 100x80 picture"):
        geometry(box=box)


def test_unknown_fit():
    with pytest.raises(ConfigError, match="fit pad or stretch"):
        geometry(fit="crop")


def test_halving_weighs_four_pixels_as_a_triangle():
    picture = np.zeros((8, 16), np.uint8)
    picture[:, 3] = 240
    square = picture_to_square(picture, geometry(box=(0, 0, 16, 8), source=(8, 16), size=8))
    assert square[4].tolist() == [0, 90, 30, 0, 0, 0, 0, 0]


def test_constant_picture_stays_constant_and_padding_is_black():
    square = picture_to_square(np.full((80, 100), 200, np.uint8), geometry())
    assert (square[16:48] == 200).all()
    assert not square[:16].any()
    assert not square[48:].any()


@pytest.mark.parametrize("box", [(0, 0, 100, 80), (3, 5, 40, 77), (50, 40, 55, 44)])
def test_close_to_float_interpolation(box):
    picture = np.random.default_rng(0).integers(0, 256, (80, 100), dtype=np.uint8)
    made = geometry(box=box)
    square = picture_to_square(picture, made)
    x0, y0, x1, y1 = box
    left, top, right, bottom = made.placed
    wanted = torch.nn.functional.interpolate(
        torch.from_numpy(picture[y0:y1, x0:x1].astype(np.float32))[None, None],
        size=(bottom - top, right - left),
        mode="bilinear",
        antialias=True,
    )
    assert np.abs(square[top:bottom, left:right] - wanted.numpy()[0, 0]).max() <= 1.0


@pytest.mark.parametrize("fit", ["pad", "stretch"])
def test_mask_there_and_back(fit):
    y, x = np.mgrid[0:80, 0:100]
    mask = np.hypot(x - 50, y - 40) < 15
    made = geometry(fit=fit)
    square = mask_to_square(mask, made)
    assert set(np.unique(square)) == {0, 255}
    back = mask_from_square((square / 255).astype(np.float32), made) >= 0.5
    assert (back & mask).sum() / (back | mask).sum() > 0.95


def test_nothing_outside_the_crop_comes_back():
    made = geometry()
    back = mask_from_square(np.ones((64, 64), np.float32), made)
    assert back.dtype == np.float32
    assert (back[20:60, 10:90] == 1).all()
    assert back.sum() == 40 * 80


def test_wrong_sizes():
    with pytest.raises(DataError, match="does not fit a geometry made for 100x80"):
        picture_to_square(np.zeros((80, 99), np.uint8), geometry())
    with pytest.raises(DataError, match="does not fit a square of 64 pixels"):
        mask_from_square(np.zeros((32, 32), np.float32), geometry())
