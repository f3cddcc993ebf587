"""Marked pixels are filled from their surroundings: smooth on purpose, it does not pretend to be texture.

Shape suffixes: H, W picture height and width; h, w the neighbourhood of the marks.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.preprocess.residue.blobs import surroundings

_SIGMAS = (2.0, 4.0, 8.0, 16.0)
_REACH = 24


def paint_over(
    grey_HW: NDArray[np.uint8], marker_HW: NDArray[np.bool_], inside_HW: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Fill marked pixels with the Gaussian mean of their unmarked neighbours inside the sector.

    Args:
        grey_HW: uint8 picture.
        marker_HW: pixels to fill.
        inside_HW: the sector; nothing outside it is mixed in.

    Returns:
        A new picture, uint8 (H, W); the same object where nothing is marked.
    """
    if not marker_HW.any():
        return grey_HW
    painted_HW = grey_HW.copy()
    for window in surroundings(marker_HW, _REACH):
        painted_HW[window] = _filled(grey_HW[window], marker_HW[window], inside_HW[window])
    return painted_HW


def _filled(
    grey_hw: NDArray[np.uint8], missing_hw: NDArray[np.bool_], inside_hw: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    known_hw = (inside_hw & ~missing_hw).astype(np.float32)
    values_hw = grey_hw.astype(np.float32) * known_hw
    filled_hw = grey_hw.copy()
    for sigma in _SIGMAS:
        weight_hw = ndimage.gaussian_filter(known_hw, sigma)
        mean_hw = ndimage.gaussian_filter(values_hw, sigma) / np.maximum(weight_hw, 1e-6)
        ready_hw = missing_hw & (weight_hw > 0.05)
        filled_hw[ready_hw] = np.rint(mean_hw[ready_hw]).clip(0, 255).astype(np.uint8)
        missing_hw = missing_hw & ~ready_hw
        if not missing_hw.any():
            break
    filled_hw[missing_hw] = 0
    return filled_hw
