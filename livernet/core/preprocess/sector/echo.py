"""Which pixels of a screen carry echoes: large textured regions that are not background, text or panel.

Shape suffixes: H, W picture height and width; h, w the working grid, one cell for a block of pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.preprocess.windows import opened, window_max, window_min, window_of

_WORKING_SIDE = 400
_FEWEST = 60
_FLAT_LEVEL = 0.03
_PANEL = 0.9
_INK = 90
_STEEP = 50
_OFTEN = 0.15
_AWAY = 3
_SMOOTH = 4
_BRIGHTER = 8
_CONSOLE = 12
_SHADED = 0.3
_MOVES = 0.3
_REACH = 6

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Echo:
    """One echo-bearing region on a coarse grid."""

    region_hw: NDArray[np.bool_]
    """The region, thin strokes removed, bool (h, w)."""
    step: int
    """Side of a grid cell in pixels."""
    viewport: Box
    """Cells (x0, y0, x1, y1), inclusive, that no panel of the console covers: the sector cannot be wider."""
    range_hw: NDArray[np.uint8]
    """Range of the greys within each cell of the screen, uint8 (h, w)."""
    stroke_hw: NDArray[np.bool_]
    """Cells with writing, ticks, edges or other steep steps, or of a bright console: bool (h, w)."""

    @cached_property
    def drawn_hw(self) -> NDArray[np.bool_]:
        """Strokes of the console, away from the region, bool (h, w): the sector avoids them."""
        return np.asarray(self.stroke_hw & ~window_max(self.region_hw, 2 * _AWAY + 1))

    @property
    def texture(self) -> float:
        """Median of the greys' range within a cell: high for echoes, low for a shaded panel."""
        return _ranked(self.range_hw[::2, ::2][self.region_hw[::2, ::2]], 0.5)

    @property
    def area(self) -> int:
        """Cells of the region."""
        return int(np.count_nonzero(self.region_hw))

    def near(self, window: tuple[slice, slice], distance: int) -> NDArray[np.bool_]:
        """The pixels of a window of the picture that lie within about ``distance`` pixels of an echo."""
        cells_hw = window_max(self.region_hw, 2 * -(-distance // self.step) + 1)
        # the last cell takes in what is left of the picture
        rows, columns = (
            np.minimum(np.arange(part.start, part.stop) // self.step, cells - 1)
            for part, cells in zip(window, cells_hw.shape, strict=True)
        )
        near_HW: NDArray[np.bool_] = np.take(cells_hw[:, columns], rows, axis=0)
        return near_HW

    def joined(self, others: Sequence["Echo"]) -> "Echo":
        """This region together with others of the same screen."""
        region_hw = np.logical_or.reduce([self.region_hw, *(other.region_hw for other in others)])
        return replace(self, region_hw=region_hw)

    def parted(self, first: int, end: int | None) -> "Echo":
        """The columns from ``first`` to before ``end`` alone, with nothing of the sector beyond them."""
        region_hw = np.zeros_like(self.region_hw)
        region_hw[:, first:end] = self.region_hw[:, first:end]
        x0, y0, x1, y1 = self.viewport
        last = x1 if end is None else min(x1, end - 1)
        return replace(self, region_hw=region_hw, viewport=(max(x0, first), y0, last, y1))


class Screen:
    """A picture as cells: what does not depend on how far an echo must stand out from the background."""

    def __init__(self, grey_HW: NDArray[np.uint8], moving_HW: NDArray[np.bool_] | None = None) -> None:
        """``moving_HW`` is where the frames of a cine loop differ: what is far from it is console."""
        self.grey_HW = grey_HW
        self.step = step = max(2, round(max(grey_HW.shape) / _WORKING_SIDE))
        self._moving_HW = moving_HW
        self.highest_hw, self.lowest_hw = _extremes(grey_HW, step)
        self.range_hw = self.highest_hw - self.lowest_hw
        self._levels = levels = _flat_levels(self.highest_hw, self.lowest_hw)
        brighter = levels.copy()
        brighter[: int(levels.argmax()) + 4] = False
        self._panel_hw = _widened(brighter, 1)[self.lowest_hw] & (self.range_hw <= 2)
        flat_hw = (self.range_hw <= 2) & levels[self.lowest_hw]
        text_hw = _writing(grey_HW, step) & window_max(flat_hw, 2 * _REACH + 1)
        floor = int(_ranked(self.lowest_hw[::4, ::4], 0.01))
        bright_hw = self.lowest_hw > floor + _CONSOLE
        is_bright = float(np.mean(np.concatenate(_border(bright_hw)))) >= _SHADED
        self._stroke_hw = self.range_hw >= _INK
        if is_bright:
            # of the console's bright area a cell in sixteen will do
            some = np.s_[::4, ::4]
            self._stroke_hw[some] |= (self.range_hw[some] <= _SMOOTH) & bright_hw[some]
        rough_hw = _rough(self.highest_hw, self.lowest_hw, floor + _BRIGHTER if is_bright else 255)
        self._usable_hw = rough_hw & ~text_hw & ((self.range_hw > 0) | (self.lowest_hw > floor + 1))

    def echoes(self, *, above: int = 3, within: Box | None = None, least: float = 0.04) -> tuple[Echo, ...]:
        """The separate regions of echoes, largest first; empty when nothing looks like one.

        Args:
            above: grey levels by which an echo must differ from the background.
            within: box (x0, y0, x1, y1), inclusive, outside which nothing is looked at.
            least: smallest region that counts, as a share of the largest.
        """
        step = self.step
        if min(self.grey_HW.shape) < 5 * step:
            return ()
        unlike_HW = ~_is_any_of(self.background(above), self.grey_HW)
        cells_hw = self._usable_hw & (_folded(np.add, unlike_HW.view(np.uint8), step) > 0.3 * step * step)
        if self._moving_HW is not None:
            cells_hw = _moved(cells_hw, self._moving_HW, step)
        if within is not None:
            x0, y0, x1, y1 = within
            allowed_hw = np.zeros_like(cells_hw)
            allowed_hw[-(-y0 // step) : (y1 + 1) // step, -(-x0 // step) : (x1 + 1) // step] = True
            cells_hw &= allowed_hw
        cells_hw = _opened(cells_hw, 5)
        window = window_of(cells_hw)
        if window is None:
            return ()
        labels_hw, _ = ndimage.label(cells_hw[window])
        areas = np.bincount(labels_hw.ravel())[1:]
        if areas.max() < _FEWEST:
            return ()
        large = np.flatnonzero(areas >= max(_FEWEST, least * areas.max()))
        order = large[np.argsort(-areas[large], kind="stable")]
        return tuple(self._echo(labels_hw == k + 1, window) for k in order)

    def background(self, above: int) -> NDArray[np.bool_]:
        """Which greys belong to background and flat panels, widened by ``above`` levels: bool (256,)."""
        return _widened(self._levels, above)

    def _echo(self, part_hw: NDArray[np.bool_], window: tuple[slice, slice]) -> Echo:
        region_hw = np.zeros(self.range_hw.shape, dtype=np.bool_)
        region_hw[window] = part_hw
        return Echo(
            region_hw=region_hw,
            step=self.step,
            viewport=_viewport(region_hw, self._panel_hw),
            range_hw=self.range_hw,
            stroke_hw=self._stroke_hw,
        )


def find_hole(screen: Screen, echo: Echo) -> Echo | None:
    """The dark hole that a sector makes in a brighter console, shadows and all; ``None`` on a dark one."""
    lowest_hw = screen.lowest_hw
    shadow = _ranked(lowest_hw[::2, ::2][echo.region_hw[::2, ::2]], 0.01)
    console_hw = (screen.range_hw <= _SMOOTH) & (lowest_hw >= shadow + _BRIGHTER)
    if np.concatenate(_border(console_hw)).mean() < 0.5:
        return None
    labels_hw, _ = ndimage.label(_opened(~console_hw, 5))
    counts = np.bincount(labels_hw[::2, ::2][echo.region_hw[::2, ::2]], minlength=2)
    hole_hw = np.asarray(labels_hw == 1 + int(counts[1:].argmax()))
    return replace(echo, region_hw=hole_hw)


def _widened(levels: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return np.convolve(levels, np.ones(2 * by + 1), mode="same") > 0.5


def _ranked(greys: NDArray[np.uint8], share: float) -> float:
    """The grey below which a share of them lies, as ``numpy.quantile`` has it."""
    # of two bytes numpy finds ranks ten times as fast as of one
    place = share * (greys.size - 1)
    first = int(place)
    ranked_N = np.partition(greys.astype(np.uint16).ravel(), [first, min(first + 1, greys.size - 1)])
    low, high = (int(level) for level in ranked_N[first : first + 2][[0, -1]])
    return low + (place - first) * (high - low)


def _is_any_of(levels: NDArray[np.bool_], grey_HW: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels are of these greys: bool (H, W); a look-up in a table takes five times as long."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], levels, [False]]).astype(np.int8)))
    found_HW = np.zeros(grey_HW.shape, dtype=np.bool_)
    for first, end in ends.reshape(-1, 2):
        # greys below the first are large once it is taken from them
        found_HW |= grey_HW - np.uint8(first) <= np.uint8(end - 1 - first)
    return found_HW


def _extremes(grey_HW: NDArray[np.uint8], step: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The highest and the lowest grey of every cell: uint8 (h, w)."""
    return _folded(np.maximum, grey_HW, step), _folded(np.minimum, grey_HW, step)


def _folded(of: np.ufunc, pixels_HW: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Every cell's pixels reduced to one by ``of``; slices, since reducing short axes is ten times slower."""
    height, width = (side // step * step for side in pixels_HW.shape)
    down = pixels_HW[0:height:step, :width].copy()
    for k in range(1, step):
        of(down, pixels_HW[k:height:step, :width], out=down)
    across = down[:, 0:width:step].copy()
    for k in range(1, step):
        of(across, down[:, k:width:step], out=across)
    return across


def _opened(mask_hw: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Without what is narrower than ``side`` cells, beyond the border being nothing."""
    return opened(np.pad(mask_hw, side // 2), side)[side // 2 : -(side // 2), side // 2 : -(side // 2)]


def _rough(highest_hw: NDArray[np.uint8], lowest_hw: NDArray[np.uint8], bright: int) -> NDArray[np.bool_]:
    """Cells with texture; above the grey ``bright`` more of it, since the shading of a console is smooth."""
    around_hw = window_max(highest_hw, 3) - window_min(lowest_hw, 3)
    if bright >= 255:
        return np.asarray(around_hw >= 2)
    uneven_hw = window_min(around_hw >= _SMOOTH, 3)
    return np.asarray(np.where(lowest_hw > bright, uneven_hw, around_hw >= 2))


def _border(cells_hw: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
    return cells_hw[0], cells_hw[-1], cells_hw[:, 0], cells_hw[:, -1]


def _writing(grey_HW: NDArray[np.uint8], step: int) -> NDArray[np.bool_]:
    """Cells of writing: steep steps from pixel to pixel, over and over; a sector's rim is but a line."""
    height, width = (side // step * step for side in grey_HW.shape)
    left_HW, right_HW = grey_HW[:height, : width - 1], grey_HW[:height, 1:width]
    steps_HW = np.maximum(left_HW, right_HW)
    steps_HW -= np.minimum(left_HW, right_HW)
    steep_HW = np.zeros((height, width), dtype=np.bool_)
    np.greater_equal(steps_HW, _STEEP, out=steep_HW[:, :-1])
    steep_hw = _folded(np.add, steep_HW.view(np.uint8), step) >= _OFTEN * step * step
    # closed by 3, opened by 3 and widened by 3 cells, beyond the border being nothing
    kept_hw = window_min(window_max(steep_hw, 3), 5)
    for edge in _border(kept_hw):
        edge[:] = False
    return window_max(kept_hw, 5)


def _moved(cells_hw: NDArray[np.bool_], moving_HW: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """The cells near movement, and those that move; unchanged where the loop hardly moves."""
    moving_hw = _folded(np.add, moving_HW.view(np.uint8), step) > 0.3 * step * step
    moving_hw = _opened(moving_hw, 3)
    if (moving_hw & cells_hw).sum() < _MOVES * cells_hw.sum():
        return cells_hw
    return np.asarray((cells_hw | moving_hw) & window_max(moving_hw, 2 * _REACH + 1))


def _viewport(region_hw: NDArray[np.bool_], panel_hw: NDArray[np.bool_]) -> Box:
    """The box around the region up to the nearest rows and columns that are mostly panel."""
    rows, columns = np.flatnonzero(region_hw.any(axis=1)), np.flatnonzero(region_hw.any(axis=0))
    beside_hw, over_hw = panel_hw[rows[0] : rows[-1] + 1], panel_hw[:, columns[0] : columns[-1] + 1]
    across = beside_hw.sum(axis=0, dtype=np.uint16) > _PANEL * len(beside_hw)
    down = over_hw.sum(axis=1, dtype=np.uint16) > _PANEL * over_hw.shape[1]
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
