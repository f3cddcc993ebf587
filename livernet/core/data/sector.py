"""The part of a prepared picture that the probe saw. Shape suffixes: S side of the picture."""

import numpy as np
from numpy.typing import NDArray


def find_sector(grey_SS: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The sector of a prepared picture, which is black outside: each column from its first echo to its last.

    Dark blood and shadows inside count as sector; a shadow that reaches the lower edge does not.
    """
    lit_SS = grey_SS > 0
    from_above: NDArray[np.bool_] = np.logical_or.accumulate(lit_SS, axis=0)
    from_below: NDArray[np.bool_] = np.logical_or.accumulate(lit_SS[::-1], axis=0)[::-1]
    return from_above & from_below
