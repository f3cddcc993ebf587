"""Largest and smallest value in a window around every pixel, thirty times as fast as scipy.ndimage for bytes.

A window is doubled until it is wide enough, so that a size of 49 takes six passes of whole-array comparisons.
Shape suffixes: H, W picture height and width.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", np.uint8, np.bool_, np.int16)


def window_max(image_HW: NDArray[Value], height: int, width: int | None = None) -> NDArray[Value]:
    """The largest value within a centred window of odd height and width (by default a square); same shape.

    Beyond the border the outermost pixels go on.
    """
    return _rolled(_rolled(image_HW, height, 0, np.maximum), width or height, 1, np.maximum)


def window_min(image_HW: NDArray[Value], height: int, width: int | None = None) -> NDArray[Value]:
    """The smallest value within a centred window; otherwise as :func:`window_max`."""
    return _rolled(_rolled(image_HW, height, 0, np.minimum), width or height, 1, np.minimum)


def opened(image_HW: NDArray[Value], height: int, width: int | None = None) -> NDArray[Value]:
    """Grey opening: what is narrower than the window is cut down to what is around it."""
    return window_max(window_min(image_HW, height, width), height, width)


def window_of(mask_HW: NDArray[np.bool_]) -> tuple[slice, slice] | None:
    """The rows and columns that hold the true pixels; ``None`` for none."""
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    if len(rows) == 0:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _rolled(image_HW: NDArray[Value], size: int, axis: int, pick: np.ufunc) -> NDArray[Value]:
    if size == 1:
        return image_HW
    run_HW = bordered(image_HW, size // 2, axis)
    covered = 1
    while covered < size:
        step = min(covered, size - covered)
        if axis == 0:
            run_HW = pick(run_HW[:-step], run_HW[step:])
        else:
            run_HW = pick(run_HW[:, :-step], run_HW[:, step:])
        covered += step
    return run_HW


def bordered(image_HW: NDArray[Value], margin: int, axis: int) -> NDArray[Value]:
    """The outermost pixels repeated on both sides along an axis, as ``numpy.pad`` does in twice the time."""
    shape = [side + 2 * margin * (k == axis) for k, side in enumerate(image_HW.shape)]
    padded = np.empty(shape, dtype=image_HW.dtype)
    inner_HW, outer_HW = (image_HW, padded) if axis == 0 else (image_HW.T, padded.T)
    outer_HW[:margin], outer_HW[margin:-margin], outer_HW[-margin:] = inner_HW[:1], inner_HW, inner_HW[-1:]
    return padded
