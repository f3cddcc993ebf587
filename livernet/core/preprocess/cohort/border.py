"""What the file of a picture betrays of its making beside the echoes: level of the border, blocks of JPEG.

Neither is tissue, and neither tells one patient from another; audits ask whether they tell the stage.
Shape suffixes: H, W picture height and width.
"""

import numpy as np
from numpy.typing import NDArray

_BLOCK = 8


def border_facts(grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_]) -> dict[str, float | None]:
    """``level`` and ``blocks`` of a source picture, for ``preprocess.json``.

    Args:
        grey_HW: the source, uint8.
        kept_HW: the sector.

    Returns:
        ``level``: median grey level outside the sector, ``None`` where there is nothing outside.
        ``blocks``: by how much steps between neighbours are larger on the worst of eight grids than on the
        median one, mean of both axes, near 0 without JPEG; ``None`` where the sector is too small to tell.
    """
    outside = grey_HW[~kept_HW]
    across, down = _excess(grey_HW, kept_HW), _excess(grey_HW.T, kept_HW.T)
    return {
        "level": round(float(np.median(outside)), 1) if outside.size else None,
        "blocks": None if across is None or down is None else round((across + down) / 2, 4),
    }


def _excess(grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_]) -> float | None:
    """Excess of the steps between columns at the borders of 8 x 8 blocks, wherever the grid begins."""
    level_HW = grey_HW.astype(np.int16)
    both_HW = kept_HW[:, 1:] & kept_HW[:, :-1]
    step_W = (np.abs(np.diff(level_HW, axis=1)) * both_HW).sum(axis=0, dtype=np.float64)
    count_W = both_HW.sum(axis=0)
    place_W = np.arange(len(step_W)) % _BLOCK
    counts = np.bincount(place_W, count_W, minlength=_BLOCK)
    if counts.min() < _BLOCK**2:
        return None
    steps = np.bincount(place_W, step_W, minlength=_BLOCK) / counts
    middle = float(np.median(steps))
    return float(steps.max()) / middle - 1 if middle > 0 else 0.0
