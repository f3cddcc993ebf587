"""Whether a picture is a square that ``preprocess`` wrote, and may be used as it is.

Shape suffixes: S side of the square; N outermost pixels and K sides of a hull.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from livernet.core.data.images import Picture
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.residue.find import holds_writing
from livernet.core.preprocess.sector.locate import locate
from livernet.core.preprocess.windows import opened, window_max, window_of

_FILLED = 0.9
_PIECE = 0.002
"""A shadow may cut the sector into pieces; letters are smaller than this share of the square."""
_STRAY = 24
"""Faint echoes beyond a shadow stay below this; drawn text does not."""
_SPECKS = 8
"""Bright pixels beyond the region that may remain of faint echoes: fewer than the smallest letter has."""
_RIM = 9
_LEVEL = 1e-6
"""What counts as nothing among the coordinates of a hull, which are halves."""


def is_prepared(picture: Picture, size: int = 512) -> bool:
    """Whether a picture already is a square that ``preprocess`` made, and may be used as it is.

    Told by what such a picture must be: a grey 8-bit PNG of the right side, filled along one axis, black but
    for the echoes of one convex region or one sector, without writing or colour anywhere. A screenshot with
    a name, beside the sector or in it, fails twice: as writing, and as something bright beyond the echoes. A
    square that fails is merely prepared again.
    """
    grey_SS = picture.grey_HW
    if picture.source_format != "PNG" or picture.bit_depth != 8 or grey_SS.shape != (size, size):
        return False
    if picture.saturated_HW.any():
        return False
    lit = window_of(grey_SS > 0)
    if lit is None or max(part.stop - part.start for part in lit) < _FILLED * size:
        return False
    if any(0 < np.max(block) <= np.min(block) + 1 for block in _corners(grey_SS)):
        return False
    around_SS = _around(grey_SS)
    if around_SS is None or holds_writing(grey_SS):
        return False
    stray_SS = (grey_SS > _STRAY) & ~around_SS
    if np.count_nonzero(stray_SS) <= _SPECKS:
        return True
    return bool(np.count_nonzero(stray_SS & ~_fitted(picture)) <= _SPECKS)


def _corners(grey_SS: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The corners: black or full of echoes in a square, flat grey on many a console."""
    ends = slice(None, _RIM), slice(-_RIM, None)
    return [grey_SS[rows, columns] for rows in ends for columns in ends]


def _around(grey_SS: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """The convex hull of all pieces of the echo region and its rim: bool (S, S); ``None`` for no echoes."""
    labels_SS, count = ndimage.label(opened(grey_SS > 2, 5))
    if count == 0:
        return None
    areas = np.bincount(labels_SS.ravel())
    pieces = areas >= min(_PIECE * grey_SS.size, float(areas[1:].max()))
    pieces[0] = False
    return window_max(_hull(pieces[labels_SS]), _RIM)


def _hull(region_SS: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels in the convex hull of a region's pixels, each a diamond with corners half a pixel away.

    As scikit-image's ``convex_hull_image``, which asks for every pixel of the picture by itself.
    """
    rows = np.flatnonzero(region_SS.any(axis=1))
    width = region_SS.shape[1]
    first, last = region_SS[rows].argmax(axis=1), width - 1 - region_SS[rows, ::-1].argmax(axis=1)
    steps = ((-0.5, 0.0), (0.5, 0.0), (0.0, -0.5), (0.0, 0.5))
    ends_N2 = np.concatenate([np.stack([ends, rows], axis=1) for ends in (first, last)])
    sides_K3 = ConvexHull(np.concatenate([ends_N2 + np.array(step) for step in steps])).equations
    across_K, down_K, off_K = sides_K3[np.abs(sides_K3[:, 0]) > _LEVEL].T
    y_S1 = np.arange(rows[0], rows[-1] + 1)[:, None]
    x_SK = -(off_K + down_K * y_S1) / across_K
    start_S1 = np.ceil(np.where(across_K < 0, x_SK, -np.inf).max(axis=1, keepdims=True) - _LEVEL)
    end_S1 = np.floor(np.where(across_K > 0, x_SK, np.inf).min(axis=1, keepdims=True) + _LEVEL)
    hull_SS = np.zeros_like(region_SS)
    column_S = np.arange(width)
    hull_SS[rows[0] : rows[-1] + 1] = (column_S >= start_S1) & (column_S <= end_S1)
    return hull_SS


def _fitted(picture: Picture) -> NDArray[np.bool_]:
    """The sector that fits the echoes and a rim around it: bool (S, S); nothing where none fits."""
    shape = picture.grey_HW.shape
    try:
        (located,) = locate(picture)
    except (Quarantined, ValueError):
        return np.zeros(shape, dtype=np.bool_)
    return located.fit.sector.mask(shape, margin=-_RIM / 2)
