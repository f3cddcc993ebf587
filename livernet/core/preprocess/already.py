"""Whether a picture is a square that ``preprocess`` wrote, and may be used as it is.

Shape suffix: S side of the square.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from livernet.core.data.images import Picture
from livernet.core.preprocess.residue import find_residue

_STRAY = 24
"""Faint echoes beyond a shadow stay below this; drawn text does not."""


def is_prepared(picture: Picture, size: int = 512) -> bool:
    """Whether a picture already is a square that ``preprocess`` made, and may be used as it is.

    Told by what such a picture must be: a grey 8-bit PNG of the right side, filled along one axis, black but
    for one region of echoes, without writing. A screenshot with a name beside the sector fails, so this never
    carries console text past the checks; a square that fails is merely prepared again.
    """
    grey_SS = picture.grey_HW
    if picture.source_format != "PNG" or picture.bit_depth != 8 or grey_SS.shape != (size, size):
        return False
    if picture.saturated_HW.any() or not grey_SS.any():
        return False
    x0, y0, x1, y1 = _bounds(grey_SS > 0)
    labels_SS, count = ndimage.label(ndimage.binary_opening(grey_SS > 2, np.ones((5, 5))))
    if max(x1 - x0, y1 - y0) < 0.9 * size or count == 0:
        return False
    largest_SS = labels_SS == np.bincount(labels_SS.ravel())[1:].argmax() + 1
    around_SS = ndimage.maximum_filter(convex_hull_image(largest_SS), 9)
    if (grey_SS[~around_SS] > _STRAY).any():
        return False
    return not find_residue(grey_SS, picture.saturated_HW, around_SS, np.zeros_like(around_SS)).text


def _bounds(inside_SS: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of the true pixels, x1 and y1 exclusive; empty for none."""
    rows, columns = np.flatnonzero(inside_SS.any(axis=1)), np.flatnonzero(inside_SS.any(axis=0))
    if len(rows) == 0:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
