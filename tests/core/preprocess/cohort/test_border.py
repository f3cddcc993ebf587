import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from livernet.core.preprocess.cohort.border import border_facts


def speckle(seed: int = 0, side: int = 128) -> np.ndarray:
    grain = np.random.default_rng(seed).rayleigh(60, (side, side))
    return ndimage.gaussian_filter(grain, 1.0).clip(0, 255).astype(np.uint8)


def as_jpeg(grey_HW: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(grey_HW).save(buffer, format="JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def test_level_is_the_median_outside_the_sector() -> None:
    grey = np.full((64, 64), 200, np.uint8)
    kept = np.zeros((64, 64), np.bool_)
    kept[8:56, 8:56] = True
    grey[~kept] = 62
    grey[0, :9] = 255  # writing beside the sector
    assert border_facts(grey, kept)["level"] == 62


def test_without_anything_outside_there_is_no_level() -> None:
    assert border_facts(speckle(), np.ones((128, 128), np.bool_))["level"] is None


@pytest.mark.parametrize("shift", [0, 3])
def test_blocks_of_jpeg_are_found_wherever_the_picture_was_cut(shift: int) -> None:
    everything = np.ones((128 - shift, 128 - shift), np.bool_)
    plain, packed = speckle()[shift:, shift:], as_jpeg(speckle(), 30)[shift:, shift:]
    assert border_facts(plain, everything)["blocks"] < 0.1
    assert border_facts(packed, everything)["blocks"] > 0.2


@pytest.mark.parametrize(
    ("grey", "kept", "expected"),
    [
        (np.full((64, 64), 9, np.uint8), np.ones((64, 64), np.bool_), 0.0),
        (speckle(), np.zeros((128, 128), np.bool_), None),
    ],
)
def test_nothing_to_measure_is_no_nan(grey: np.ndarray, kept: np.ndarray, expected: float | None) -> None:
    assert border_facts(grey, kept)["blocks"] == expected


@pytest.mark.parametrize(("top", "left"), [(0, 0), (24, 48), (48, 24)])
def test_only_the_sector_tells_of_blocks(top: int, left: int) -> None:
    packed = as_jpeg(speckle(), 30)
    grey, kept = np.zeros((192, 192), np.uint8), np.zeros((192, 192), np.bool_)
    grey[top : top + 128, left : left + 128] = packed
    kept[top : top + 128, left : left + 128] = True
    assert border_facts(grey, kept)["blocks"] == border_facts(packed, np.ones((128, 128), np.bool_))["blocks"]
