import numpy as np
import pytest
from scipy import ndimage

from livernet.core.preprocess.windows import opened, window_max, window_min, window_of


@pytest.mark.parametrize("size", [1, 3, 5, 7, 9, 49])
@pytest.mark.parametrize("kind", [np.uint8, np.bool_, np.int16])
def test_the_same_as_scipy(size, kind):
    image = np.random.default_rng(size).integers(0, 255, (60, 75)).astype(np.uint8)
    image = (image > 250) if kind is np.bool_ else image.astype(kind)
    assert np.array_equal(window_max(image, size), ndimage.maximum_filter(image, size, mode="nearest"))
    assert np.array_equal(window_min(image, size), ndimage.minimum_filter(image, size, mode="nearest"))
    assert window_max(image, size).dtype == image.dtype


def test_height_and_width_differ():
    image = np.random.default_rng(0).integers(0, 255, (40, 30)).astype(np.uint8)
    assert np.array_equal(window_max(image, 3, 11), ndimage.maximum_filter(image, (3, 11), mode="nearest"))
    assert np.array_equal(window_min(image, 9, 1), ndimage.minimum_filter(image, (9, 1), mode="nearest"))


def test_opening_takes_away_what_is_thin():
    image = np.zeros((30, 30), np.uint8)
    image[5:25, 5:25] = 100
    image[10, :] = 200
    assert opened(image, 5)[10, 2] == 0
    assert opened(image, 5)[10, 15] == 100


def test_the_window_of_a_mask_holds_its_true_pixels():
    mask = np.zeros((20, 30), np.bool_)
    assert window_of(mask) is None
    mask[4, 7] = mask[9, 2] = True
    assert window_of(mask) == (slice(4, 10), slice(2, 8))
