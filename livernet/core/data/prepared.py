"""Prepared pictures as they lie in a cohort: reading one, and telling the same one in two files.

Shape suffixes: H rows, W columns.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.guard import guarded
from livernet.core.errors import DataError
from livernet.core.files import sha256


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A prepared picture as uint8 (H, W).

    Raises:
        DataError: the file is damaged, or not an 8-bit grey image with equal sides.
    """
    hint = "make the cohort again with 'livernet preprocess RAW OUT'"
    with guarded(path, "cannot be read as a picture", hint), Image.open(path) as picture:
        mode, size = picture.mode, picture.size
        image_HW = np.asarray(picture)
    if mode != "L" or size[0] != size[1]:
        raise DataError(f"{path}: is {size[0]}x{size[1]} {mode}, not a square 8-bit grey picture", hint)
    return image_HW


def pixel_hash(image_HW: NDArray[np.uint8]) -> str:
    """SHA-256 of a prepared picture's pixels: the same picture, whatever file holds it."""
    return sha256(np.ascontiguousarray(image_HW).tobytes())
