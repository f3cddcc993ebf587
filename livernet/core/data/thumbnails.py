"""Small pictures to compare by: the lit part of a prepared picture, whatever its size, on a square of 64.

Shape suffixes: H, W height and width; h, w those of the lit part.

Drawing the lit part to the whole square lets a copy be known again where the screen around it was cropped or
its sides were stretched. Needs nothing but numpy and Pillow, so that it can be made while pictures are read.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
"""Of a thumbnail, in pixels."""
_LIT = 8
"""Grey level above which a pixel belongs to the picture: JPEG leaves a few levels on black."""
_SHARE = 0.01
"""Of a row or column that has to be lit: single specks are no picture."""


def thumbnail(image_HW: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lit part of a picture as uint8 (SIDE, SIDE), antialiased; all 0 where nothing is lit."""
    lit_HW = (image_HW > _LIT).view(np.uint8)
    # sums of two bytes are four times as fast as means
    rows, columns = (
        np.flatnonzero(lit_HW.sum(axis=axis, dtype=np.uint16) > _SHARE * lit_HW.shape[axis])
        for axis in (1, 0)
    )
    if not rows.size or not columns.size:
        return np.zeros((SIDE, SIDE), np.uint8)
    part_hw = np.ascontiguousarray(image_HW[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return np.asarray(Image.fromarray(part_hw).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
