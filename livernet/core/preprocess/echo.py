"""Which pixels of a screen carry echoes: the large textured region that is not background, text or panel.

Shape suffixes: H, W picture height and width; h, w the working grid, one cell for a block of pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_WORKING_SIDE = 400
_RIVAL = 0.3


@dataclass(frozen=True, kw_only=True)
class Echo:
    """The echo-bearing region on a coarse grid."""

    region_hw: NDArray[np.bool_]
    """The largest echo region, thin strokes removed, bool (h, w)."""
    step: int
    """Side of a grid cell in pixels."""
    rivals: tuple[float, ...]
    """Areas of other separate echo regions, as fractions of the largest, above 30 %."""


def find_echo(
    grey_HW: NDArray[np.uint8], within: tuple[int, int, int, int] | None = None, above: int = 3
) -> Echo | None:
    """The largest region of echoes, or ``None`` when nothing in the picture looks like one.

    Args:
        grey_HW: uint8 picture.
        above: grey levels by which an echo must differ from the background.
        within: box (x0, y0, x1, y1), inclusive, outside which nothing is looked at.
    """
    step = max(1, round(max(grey_HW.shape) / _WORKING_SIDE))
    cells_hw = _cells(grey_HW, step, above)
    if within is not None:
        x0, y0, x1, y1 = within
        allowed_hw = np.zeros_like(cells_hw)
        allowed_hw[-(-y0 // step) : (y1 + 1) // step, -(-x0 // step) : (x1 + 1) // step] = True
        cells_hw &= allowed_hw
    opened_hw = ndimage.binary_opening(cells_hw, structure=np.ones((3, 3)), iterations=2)
    labels_hw, count = ndimage.label(opened_hw)
    if count == 0:
        return None
    areas = np.bincount(labels_hw.ravel())[1:]
    largest = int(areas.argmax())
    if areas[largest] < 60:
        return None
    rivals = tuple(float(a) / float(areas[largest]) for k, a in enumerate(areas) if k != largest)
    return Echo(
        region_hw=np.asarray(labels_hw == largest + 1),
        step=step,
        rivals=tuple(sorted((r for r in rivals if r > _RIVAL), reverse=True)),
    )


def _cells(grey_HW: NDArray[np.uint8], step: int, above: int) -> NDArray[np.bool_]:
    """Cells with texture above the background: bool (h, w)."""
    height, width = (side // step * step for side in grey_HW.shape)
    background = int(np.bincount(grey_HW.ravel(), minlength=256).argmax())
    away_HW = np.abs(grey_HW[:height, :width].astype(np.int16) - background) > above
    blocks = (height // step, step, width // step, step)
    share_hw = away_HW.reshape(blocks).mean(axis=(1, 3), dtype=np.float32)
    pixels = grey_HW[:height, :width].reshape(blocks)
    highest_hw, lowest_hw = pixels.max(axis=(1, 3)), pixels.min(axis=(1, 3))
    spread_hw = ndimage.maximum_filter(highest_hw, 3) - ndimage.minimum_filter(lowest_hw, 3)
    return np.asarray((share_hw > 0.3) & (spread_hw >= 2))
