"""Long level lines: the flat stretches of a heart trace, a ruler or a frame across the sector.

Shape suffixes: h, w the sector's window.
"""

import numpy as np

from livernet.core.preprocess.blobs import Mask
from livernet.core.preprocess.strokes import Grey, rise_above_sides

_LENGTH = 32
_RISE = 50
_SPREAD = 12
"""Pixels, least rise above what is over and under, and largest spread of greys along the line: the brightest
interfaces of tissue are as thin, but bend or fade within that length."""


def level_lines(grey_hw: Grey, core_hw: Mask, noise: float) -> Mask:
    """The pixels of straight level lines of one grey: bool (h, w)."""
    found_hw = np.zeros(grey_hw.shape, dtype=np.bool_)
    least = round(_RISE * noise)
    if least > 255 or grey_hw.shape[1] <= _LENGTH:
        return found_hw
    high_hw = (rise_above_sides(grey_hw, axis=0) >= least) & core_hw
    rows = np.flatnonzero(np.count_nonzero(high_hw, axis=1) >= _LENGTH)
    for row in rows:
        # ends of the stretches in which every pixel stands out
        ends = np.flatnonzero(np.diff(np.concatenate([[False], high_hw[row], [False]]).astype(np.int8)))
        for start, stop in ends.reshape(-1, 2):
            along = grey_hw[row, start:stop]
            if stop - start >= _LENGTH and np.quantile(along, 0.9) - np.quantile(along, 0.1) <= _SPREAD:
                found_hw[row, start:stop] = True
    return found_hw
