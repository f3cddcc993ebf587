"""Which pixels of a screen carry echoes: the large textured region that is not background, text or panel.

Shape suffixes: H, W picture height and width; h, w the working grid, one cell for a block of pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_WORKING_SIDE = 400
_RIVAL = 0.3
_FLAT_LEVEL = 0.03
_PANEL = 0.9


@dataclass(frozen=True, kw_only=True)
class Echo:
    """The echo-bearing region on a coarse grid."""

    region_hw: NDArray[np.bool_]
    """The largest echo region, thin strokes removed, bool (h, w)."""
    step: int
    """Side of a grid cell in pixels."""
    viewport: tuple[int, int, int, int]
    """Cells (x0, y0, x1, y1), inclusive, that no panel of the console covers: the sector cannot be wider."""
    rivals: tuple[float, ...]
    """Areas of other separate echo regions, as fractions of the largest, above 30 %."""

    def near(self, shape: tuple[int, int], distance: int) -> NDArray[np.bool_]:
        """The pixels of a picture that lie within about ``distance`` pixels of an echo: bool (H, W)."""
        cells_hw = ndimage.maximum_filter(self.region_hw, 2 * -(-distance // self.step) + 1)
        blocks_hw = np.repeat(np.repeat(cells_hw, self.step, axis=0), self.step, axis=1)
        missing = [(0, side - have) for side, have in zip(shape, blocks_hw.shape, strict=True)]
        return np.pad(blocks_hw, missing, mode="edge")


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
    cells_hw, panel_hw = _cells(grey_HW, step, above)
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
    region_hw = np.asarray(labels_hw == largest + 1)
    return Echo(
        region_hw=region_hw,
        step=step,
        viewport=_viewport(region_hw, panel_hw),
        rivals=tuple(sorted((r for r in rivals if r > _RIVAL), reverse=True)),
    )


def background_levels(grey_HW: NDArray[np.uint8], above: int) -> NDArray[np.bool_]:
    """Which greys belong to background and flat panels, widened by ``above`` levels: bool (256,)."""
    height, width = (side // 2 * 2 for side in grey_HW.shape)
    pixels = grey_HW[:height, :width].reshape(height // 2, 2, width // 2, 2)
    flat = _flat_levels(pixels.max(axis=(1, 3)), pixels.min(axis=(1, 3)))
    return _widened(flat, above)


def _widened(levels: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return np.convolve(levels, np.ones(2 * by + 1), mode="same") > 0.5


def _cells(grey_HW: NDArray[np.uint8], step: int, above: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells with texture unlike every flat level of the screen, and cells of brighter panels: bool (h, w)."""
    height, width = (side // step * step for side in grey_HW.shape)
    pixels = grey_HW[:height, :width].reshape(height // step, step, width // step, step)
    highest_hw, lowest_hw = pixels.max(axis=(1, 3)), pixels.min(axis=(1, 3))
    levels = _flat_levels(highest_hw, lowest_hw)
    share_hw = (~_widened(levels, above))[pixels].mean(axis=(1, 3), dtype=np.float32)
    spread_hw = ndimage.maximum_filter(highest_hw, 3) - ndimage.minimum_filter(lowest_hw, 3)
    brighter = levels.copy()
    brighter[: int(levels.argmax()) + 4] = False
    panel_hw = _widened(brighter, 1)[lowest_hw] & (highest_hw - lowest_hw <= 2)
    return np.asarray((share_hw > 0.3) & (spread_hw >= 2)), panel_hw


def _viewport(region_hw: NDArray[np.bool_], panel_hw: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box around the region up to the nearest rows and columns that are mostly panel."""
    rows, columns = np.flatnonzero(region_hw.any(axis=1)), np.flatnonzero(region_hw.any(axis=0))
    across = panel_hw[rows[0] : rows[-1] + 1].mean(axis=0) > _PANEL
    down = panel_hw[:, columns[0] : columns[-1] + 1].mean(axis=1) > _PANEL
    (x0, x1), (y0, y1) = (
        _between(blocked, int(ends[0] + ends[-1]) // 2) for blocked, ends in ((across, columns), (down, rows))
    )
    return x0, y0, x1, y1


def _between(blocked_N: NDArray[np.bool_], middle: int) -> tuple[int, int]:
    before, after = np.flatnonzero(blocked_N[:middle]), np.flatnonzero(blocked_N[middle:])
    first = int(before[-1]) + 1 if len(before) else 0
    return first, middle + int(after[0]) - 1 if len(after) else len(blocked_N) - 1


def _flat_levels(highest_hw: NDArray[np.uint8], lowest_hw: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The greys of background and panels: bool (256,).

    Those without texture on at least 3 % of the cells, if they reach the picture's border or are the darkest
    or the commonest of them; a noise floor inside the sector is none of these.
    """
    flat_hw = highest_hw - lowest_hw <= 1
    counts = np.bincount(lowest_hw[flat_hw], minlength=256)
    common = counts > _FLAT_LEVEL * flat_hw.size
    if not common.any():
        return common
    border = np.zeros(256, dtype=np.bool_)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        border[lowest_hw[edge][flat_hw[edge]]] = True
    border[[int(np.flatnonzero(common)[0]), int(counts.argmax())]] = True
    return np.asarray(common & border)
