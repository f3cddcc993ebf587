import numpy as np
import pytest
from PIL import Image
from skimage.morphology import convex_hull_image

from livernet.core.data.images import read_picture
from livernet.core.preprocess.already import _hull, is_prepared
from tests.core.preprocess.screens import CONVEX, SHAPE, picture, save, screen, write


def square(size=256):
    """A sector of echoes that fills a black square, as ``preprocess`` writes it."""
    grey = np.where(CONVEX.mask(SHAPE), screen(), np.uint8(0))
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    crop = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height = round(size * crop.shape[0] / crop.shape[1])
    out = np.zeros((size, size), np.uint8)
    top = (size - height) // 2
    out[top : top + height] = np.asarray(
        Image.fromarray(crop).resize((size, height), Image.Resampling.BILINEAR)
    )
    return out


def test_a_prepared_picture_is_recognised(tmp_path):
    assert is_prepared(read_picture(save(tmp_path / "a.png", square())), 256)


@pytest.mark.parametrize(
    "change",
    [
        lambda grey: write(grey, (4, 4), "KIM MINSU", 12),
        lambda grey: write(grey, (100, 120), "KIM MINSU", 16),
        lambda grey: grey[:, :250],
        np.zeros_like,
        lambda grey: np.pad(grey[60:-60, 60:-60], 60),
        lambda grey: np.maximum(grey, 30),
    ],
    ids=["name beside", "name inside", "not square", "empty", "not filled", "grey background"],
)
def test_anything_else_is_not(change):
    assert not is_prepared(picture(change(square())), 256)


@pytest.mark.parametrize("at", [(2, 2), (180, 2), (2, 235), (190, 235), (110, 238)])
@pytest.mark.parametrize(("text", "size"), [("KIM MINSU", 11), ("RT", 14), ("P", 24), ("1956-03-12", 9)])
def test_a_name_in_any_corner_is_seen(text, size, at):
    assert not is_prepared(picture(write(square(), at, text, size)), 256)


def test_a_sector_in_deep_shadow_is_recognised():
    grey = square()
    grey[:, 150:185] = 0
    grey[150:] = grey[150:] // 6
    assert is_prepared(picture(grey), 256)


def test_other_formats_are_not():
    assert not is_prepared(picture(square(), source_format="JPEG"), 256)
    assert not is_prepared(picture(square()), 512)


def test_the_hull_is_that_of_an_established_library():
    rng = np.random.default_rng(0)
    for points in (1, 2, 3, 9, 60):
        region = np.zeros((64, 64), dtype=np.bool_)
        region[tuple(rng.integers(0, 64, (2, points)))] = True
        assert np.array_equal(_hull(region), convex_hull_image(region))
