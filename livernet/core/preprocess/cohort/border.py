"""What the file of a picture betrays of its making beside the echoes: level of the border, blocks of JPEG.

Neither is tissue, and neither tells one patient from another; audits ask whether they tell the stage.
Shape suffixes: H, W picture height and width; h, w those of the sector's window; L lines of pixels.
"""

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.windows import window_of

_BLOCK, _THIN = 8, 3
_SPARSE = 4


def border_facts(grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_]) -> dict[str, float | None]:
    """``level`` and ``blocks`` of a source picture, for ``preprocess.json``.

    Args:
        grey_HW: the source, uint8.
        kept_HW: the sector.

    Returns:
        ``level``: median grey level outside the sector, from a sixteenth of the pixels; ``None`` where
        there is nothing outside.
        ``blocks``: by how much steps between neighbours are larger on the worst of eight grids than on the
        median one, mean of both axes, near 0 without JPEG; ``None`` where the sector is too small to tell.
    """
    window = window_of(kept_HW)
    across, down = None, None
    if window is not None:
        across, down = (_excess(grey_HW, kept_HW, window, along=axis) for axis in (1, 0))
    sparse = np.s_[::_SPARSE, ::_SPARSE]
    return {
        "level": _median(grey_HW[sparse][~kept_HW[sparse]]),
        "blocks": None if across is None or down is None else round((across + down) / 2, 4),
    }


def _median(greys_N: NDArray[np.uint8]) -> float | None:
    """The median, from the counts of each grey."""
    if greys_N.size == 0:
        return None
    below = np.cumsum(np.bincount(greys_N, minlength=256))
    ranks = ((greys_N.size - 1) // 2, greys_N.size // 2)
    return float(np.mean([np.searchsorted(below, rank, side="right") for rank in ranks]))


def _excess(
    grey_HW: NDArray[np.uint8], kept_HW: NDArray[np.bool_], window: tuple[slice, slice], *, along: int
) -> float | None:
    """Excess of the steps between pixels at the borders of 8 x 8 blocks, wherever the grid begins.

    Steps are taken along an axis, in the sector's window.
    """
    # a third of the lines tells as much
    first = window[1 - along].start
    lines = slice(first + -first % _THIN, window[1 - along].stop, _THIN)
    part = (lines, window[1]) if along == 1 else (window[0], lines)
    grey_hw, kept_hw = np.ascontiguousarray(grey_HW[part]), np.ascontiguousarray(kept_HW[part])
    before, after = (np.s_[:, :-1], np.s_[:, 1:]) if along == 1 else (np.s_[:-1], np.s_[1:])
    both_hw = kept_hw[after] & kept_hw[before]
    step_hw = np.maximum(grey_hw[before], grey_hw[after])
    step_hw -= np.minimum(grey_hw[before], grey_hw[after])
    step_hw *= both_hw
    step_L, count_L = (of_hw.sum(axis=1 - along, dtype=np.uint32) for of_hw in (step_hw, both_hw))
    place_L = (window[along].start + np.arange(len(step_L))) % _BLOCK
    counts = np.bincount(place_L, count_L, minlength=_BLOCK)
    if _THIN * counts.min() < _BLOCK**2:
        return None
    steps = np.bincount(place_L, step_L, minlength=_BLOCK) / counts
    middle = float(np.median(steps))
    return float(steps.max()) / middle - 1 if middle > 0 else 0.0
