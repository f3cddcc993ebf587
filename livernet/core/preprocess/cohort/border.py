"""What the file of a picture betrays of its making beside the echoes: level of the border, blocks of JPEG.

Neither is tissue, and neither tells one patient from another; audits ask whether they tell the stage.
Shape suffixes: H, W picture height and width.
"""

import numpy as np
from numpy.typing import NDArray

_BLOCK, _THIN = 8, 3


def border_facts(grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_]) -> dict[str, float | None]:
    """``level`` and ``blocks`` of a source picture, for ``preprocess.json``.

    Args:
        grey_HW: the source, uint8.
        kept_HW: the sector.

    Returns:
        ``level``: median grey level outside the sector, from a quarter of the pixels; ``None`` where
        there is nothing outside.
        ``blocks``: by how much steps between neighbours are larger on the worst of eight grids than on the
        median one, mean of both axes, near 0 without JPEG; ``None`` where the sector is too small to tell.
    """
    across, down = _excess(grey_HW, kept_HW), _excess(grey_HW.T, kept_HW.T)
    return {
        "level": _median(grey_HW[::2, ::2][~kept_HW[::2, ::2]]),
        "blocks": None if across is None or down is None else round((across + down) / 2, 4),
    }


def _median(greys_N: NDArray[np.uint8]) -> float | None:
    """The median, from the counts of each grey."""
    if greys_N.size == 0:
        return None
    below = np.cumsum(np.bincount(greys_N, minlength=256))
    ranks = ((greys_N.size - 1) // 2, greys_N.size // 2)
    return float(np.mean([np.searchsorted(below, rank, side="right") for rank in ranks]))


def _excess(grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_]) -> float | None:
    """Excess of the steps between columns at the borders of 8 x 8 blocks, wherever the grid begins."""
    # a third of the rows tells as much
    rows_HW, within_HW = np.ascontiguousarray(grey_HW[::_THIN]), np.ascontiguousarray(kept_HW[::_THIN])
    left_HW, right_HW = rows_HW[:, :-1], rows_HW[:, 1:]
    both_HW = within_HW[:, 1:] & within_HW[:, :-1]
    step_HW = (np.maximum(left_HW, right_HW) - np.minimum(left_HW, right_HW)) * both_HW
    step_W, count_W = (part.sum(axis=0, dtype=np.uint32) for part in (step_HW, both_HW))
    place_W = np.arange(len(step_W)) % _BLOCK
    counts = np.bincount(place_W, count_W, minlength=_BLOCK)
    if _THIN * counts.min() < _BLOCK**2:
        return None
    steps = np.bincount(place_W, step_W, minlength=_BLOCK) / counts
    middle = float(np.median(steps))
    return float(steps.max()) / middle - 1 if middle > 0 else 0.0
