"""Long level lines: the flat stretches of a heart trace or ruler, and the frame of a Doppler or zoom box.

Shape suffixes: h, w the sector's window.
"""

from itertools import combinations

import numpy as np

from livernet.core.preprocess.residue.blobs import Mask
from livernet.core.preprocess.residue.strokes import Layer

_LENGTH = 32
_RISE = 50
_SPREAD = 12
"""Pixels, least rise above what is over and under, and largest spread of greys along the line: the brightest
interfaces of tissue are as thin, but bend or fade within that length."""
_SOME = 16
"""One column in so many is looked at first."""
_GAP = 4
"""A line that goes on over what is nearly as bright may be lost for so many pixels."""
_LEAST_BOX, _CORNER, _WHOLE = 20, 4, 0.9
"""Least height of a box, how far its lines may end apart, in pixels; share of the sector's extent."""


def level_lines(layer: Layer) -> Mask:
    """The pixels of straight level lines of one grey: bool (h, w)."""
    grey_hw, core_hw = layer.grey_HW, layer.core_HW
    found_hw = np.zeros(grey_hw.shape, dtype=np.bool_)
    least = round(_RISE * layer.noise)
    if least > 255 or grey_hw.shape[1] <= _LENGTH:
        return found_hw
    rise_hw = layer.down_HW
    # a line is long enough to hold several of these columns
    some = np.s_[:, _SOME - 1 :: _SOME]
    for row in np.flatnonzero(((rise_hw[some] >= least) & core_hw[some]).any(axis=1)):
        high_w = (rise_hw[row] >= least) & core_hw[row]
        # ends of the stretches in which every pixel stands out
        ends = np.flatnonzero(np.diff(np.concatenate([[False], high_w, [False]]).astype(np.int8)))
        for start, stop in ends.reshape(-1, 2):
            along = grey_hw[row, start:stop]
            if stop - start >= _LENGTH and np.quantile(along, 0.9) - np.quantile(along, 0.1) <= _SPREAD:
                found_hw[row, start:stop] = True
                level = float(np.median(along))
                faint_w = (
                    (rise_hw[row] >= least / 2) & core_hw[row] & (np.abs(grey_hw[row] - level) <= _SPREAD)
                )
                found_hw[row] |= _reached(faint_w, start, stop)
    return found_hw


def _reached(faint_w: Mask, start: int, stop: int) -> Mask:
    """Where a line goes on, from its clear stretch, over what is nearly as bright: bool (w,)."""
    on_N = np.flatnonzero(faint_w)
    groups = np.split(on_N, np.flatnonzero(np.diff(on_N) > _GAP) + 1)
    line_w = np.zeros_like(faint_w)
    for group_N in groups:
        if len(group_N) and group_N[0] < stop and group_N[-1] >= start:
            line_w[group_N[0] : group_N[-1] + 1] = True
    return line_w


def holds_frame(lines_hw: Mask) -> bool:
    """Whether two of the level lines are the top and the bottom of a box within the sector.

    Such a box encloses flow, even where a grey copy of the screen has lost its colours. A box as large as the
    sector itself is the viewport's border.

    Args:
        lines_hw: as :func:`level_lines` returns them.
    """
    rows = np.flatnonzero(lines_hw.any(axis=1))
    ends = [(int(y), *(int(x) for x in np.flatnonzero(lines_hw[y])[[0, -1]])) for y in rows]
    return any(
        bottom - top >= _LEAST_BOX
        and abs(left - under_left) <= _CORNER
        and abs(right - under_right) <= _CORNER
        and (right - left < _WHOLE * lines_hw.shape[1] or bottom - top < _WHOLE * lines_hw.shape[0])
        for (top, left, right), (bottom, under_left, under_right) in combinations(ends, 2)
    )
