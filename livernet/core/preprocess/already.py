"""Whether a picture is a square that ``preprocess`` wrote, and may be used as it is.

Shape suffix: S side of the square.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from livernet.core.data.images import Picture
from livernet.core.preprocess.locate import locate
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.residue import holds_writing
from livernet.core.preprocess.windows import opened, window_max

_FILLED = 0.9
_PIECE = 0.002
"""A shadow may cut the sector into pieces; letters are smaller than this share of the square."""
_STRAY = 24
"""Faint echoes beyond a shadow stay below this; drawn text does not."""
_SPECKS = 8
"""Bright pixels beyond the region that may remain of faint echoes: fewer than the smallest letter has."""
_RIM = 9


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
    if picture.saturated_HW.any() or not grey_SS.any():
        return False
    x0, y0, x1, y1 = _bounds(grey_SS > 0)
    if max(x1 - x0, y1 - y0) < _FILLED * size or holds_writing(grey_SS):
        return False
    if any(0 < np.max(block) <= np.min(block) + 1 for block in _corners(grey_SS)):
        return False
    around_SS = _around(grey_SS)
    if around_SS is None:
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
    return window_max(np.asarray(convex_hull_image(pieces[labels_SS])), _RIM)


def _fitted(picture: Picture) -> NDArray[np.bool_]:
    """The sector that fits the echoes and a rim around it: bool (S, S); nothing where none fits."""
    shape = picture.grey_HW.shape
    try:
        (located,) = locate(picture)
    except (Quarantined, ValueError):
        return np.zeros(shape, dtype=np.bool_)
    return located.fit.sector.mask(shape, margin=-_RIM / 2)


def _bounds(inside_SS: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of the true pixels, x1 and y1 exclusive; empty for none."""
    rows, columns = np.flatnonzero(inside_SS.any(axis=1)), np.flatnonzero(inside_SS.any(axis=0))
    if len(rows) == 0:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
