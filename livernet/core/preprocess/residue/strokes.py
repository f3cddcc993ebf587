"""Drawn strokes: thin upright or slanted runs of one steady grey, brighter than what lies beside them.

A console draws with one grey and a sharp edge. Speckle has neither: it is smooth over the pulse's length and
wider across the beam than along it, so runs like these all but never arise from echoes, while nearly every
letter, cross, tick and outline holds one. The picture is searched at full, half and quarter size, since a
stroke of large writing is as thin as one of small writing on a smaller picture.
Shape suffixes: H, W picture height and width, at any of the sizes; N pixels; K rows of a run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.residue.blobs import Blobs, Mask, blobs
from livernet.core.preprocess.windows import bordered

Grey = NDArray[np.uint8]
Rule = tuple[int, int, int]

SCALES = (1, 2, 4)
"""Pixels of the picture to a pixel of the search."""

_RULES = ((3, 36, 12), (4, 22, 12), (5, 16, 12), (6, 12, 14), (8, 9, 16))
"""Rows of a run, least rise above both sides, largest spread along it: the longer, the fainter it may be.

On real pictures free of graphics all rules together find two or three strokes a picture, and never three in a
row as letters stand.
"""
_SLANTED = ((4, 30, 12), (5, 22, 12), (6, 18, 12))
"""The same for slanted runs, which must also rise above what lies over and under them."""
_UPRIGHT = (0.0,)
_SLOPES = (1.0, -1.0, 0.5, -0.5)
"""Columns to a row of a slanted run."""
_SHARPER = {1: 1.0, 2: 1.3, 4: 2.0}
"""By scale: at smaller size the walls of vessels are as thin as strokes, though never as bright."""
_QUIET = 16.0
"""97 % of a smooth picture's pixels rise less; a picture sharpened beyond it raises every threshold."""
_MOST = 300


@dataclass(frozen=True, slots=True)
class Stroke:
    """The box of one run in pixels of its layer, ends exclusive, and how it stands out."""

    x0: int
    y0: int
    x1: int
    y1: int
    level: int
    """Median grey along the run."""
    rise: int
    """Median rise above both sides."""

    @property
    def height(self) -> int:
        """Length of the run."""
        return self.y1 - self.y0


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The picture at one size with its strokes."""

    scale: int
    """Pixels of the picture to one of this layer."""
    grey_HW: Grey = field(repr=False)
    """uint8."""
    core_HW: Mask = field(repr=False)
    """Where to look."""
    across_HW: Grey = field(repr=False)
    """How far each pixel stands above both sides."""
    strokes: tuple[Stroke, ...]
    """Upright ones, of more than 300 the boldest."""
    noise: float
    """How much sharper than smooth speckle the picture is, 1 or more."""

    @cached_property
    def down_HW(self) -> Grey:  # noqa: N802
        """How far each pixel stands above what lies over and under it."""
        return rise_above_sides(self.grey_HW, axis=0)


def search(grey_HW: Grey, core_HW: Mask) -> tuple[Layer, ...]:
    """Find the strokes at each size, in ``core_HW`` only."""
    layers: list[Layer] = []
    noise = 0.0
    for scale in SCALES:
        if scale > 1:
            height, width = (side // 2 * 2 for side in core_HW.shape)
            grey_HW, core_HW = half_size(grey_HW), core_HW[:height:2, :width:2]
        if min(grey_HW.shape) < 16:
            break
        across_HW = rise_above_sides(grey_HW, axis=1)
        noise = noise or _noise(across_HW, core_HW)
        factor = noise * _SHARPER[scale]
        upright_HW = _runs(grey_HW, across_HW, core_HW, _RULES, _UPRIGHT, factor)
        layers.append(
            Layer(
                scale=scale, grey_HW=grey_HW, core_HW=core_HW, across_HW=across_HW, noise=noise,
                strokes=_strokes(grey_HW, across_HW, upright_HW),
            )
        )  # fmt: skip
    return tuple(layers)


def slanted_strokes(layer: Layer) -> tuple[Stroke, ...]:
    """Slanted strokes: of saltires, arrows, outlines; of more than 300 the boldest."""
    thin_HW = np.minimum(layer.across_HW, layer.down_HW)
    runs_HW = _runs(layer.grey_HW, thin_HW, layer.core_HW, _SLANTED, _SLOPES, layer.noise)
    return _strokes(layer.grey_HW, thin_HW, runs_HW)


def rise_above_sides(grey_HW: Grey, axis: int) -> Grey:
    """How far each pixel stands above the darker of two pixels on one side, and on the other: uint8 (H, W).

    Those are 2 and 3 pixels away along ``axis``, so that strokes up to 3 pixels wide and smoothed edges both
    pass.
    """
    size = grey_HW.shape[axis]

    def part(of_HW: Grey, start: int, length: int) -> Grey:
        return of_HW[start : start + length] if axis == 0 else of_HW[:, start : start + length]

    padded = bordered(grey_HW, 3, axis)
    darker = np.minimum(part(padded, 0, size + 5), part(padded, 1, size + 5))
    side_HW = np.maximum(part(darker, 0, size), part(darker, 5, size))
    rise_HW: Grey = np.maximum(grey_HW, side_HW)
    rise_HW -= side_HW
    return rise_HW


def half_size(grey_HW: Grey) -> Grey:
    """Means of blocks of 2 x 2 pixels, an odd last row or column dropped: uint8 (H // 2, W // 2)."""
    height, width = (side // 2 * 2 for side in grey_HW.shape)
    rows_hW = np.add(grey_HW[:height:2, :width], grey_HW[1:height:2, :width], dtype=np.uint16)
    sums_hw = rows_hW[:, ::2] + rows_hW[:, 1::2]
    sums_hw += 2
    sums_hw >>= 2
    return sums_hw.astype(np.uint8)


def _noise(rise_HW: Grey, core_HW: Mask) -> float:
    sample_N = rise_HW[::3, ::3][core_HW[::3, ::3]]
    if len(sample_N) == 0:
        return 1.0
    last = math.ceil(0.97 * len(sample_N)) - 1
    return max(1.0, float(np.partition(sample_N.astype(np.uint16), last)[last]) / _QUIET)


def _runs(
    grey_HW: Grey, rise_HW: Grey, core_HW: Mask, rules: Sequence[Rule], slopes: Sequence[float], factor: float
) -> Mask | None:
    """The pixels of all runs in these directions that meet a rule: bool (H, W); ``None`` for none.

    Few pixels rise enough, so each run is followed pixel by pixel from those that do.
    """
    least = [min(255, round(rise * factor)) for _, rise, _ in rules]
    start_HW = rise_HW >= min(least)
    if slopes == _UPRIGHT:
        # cheaper than to follow each: two rows on it must rise as well
        start_HW[:-2] &= start_HW[1:-1] & start_HW[2:]
    start_N = np.flatnonzero(start_HW)
    width, rise_M, grey_M, core_M = grey_HW.shape[1], rise_HW.ravel(), grey_HW.ravel(), core_HW.ravel()
    found_HW: Mask | None = None
    for slope in slopes:
        path_K = np.array([row * width + int(row * slope) for row in range(rules[-1][0])])
        index_N, weakest_N = start_N, rise_M[start_N]
        for k, (rows, _, spread) in enumerate(rules):
            for step in path_K[(rules[k - 1][0] if k else 1) : rows]:
                index_N, weakest_N = _followed(index_N, weakest_N, int(step), rise_M, min(least[k:]))
            able_N = (weakest_N >= least[k]) & core_M[index_N + path_K[rows // 2]]
            run_KN = index_N[able_N] + path_K[:rows, None]
            # a bright stroke may waver more: JPEG and smoothed edges err in proportion
            steady_N = np.ptp(grey_M[run_KN], axis=0) <= np.maximum(spread, weakest_N[able_N] // 3)
            if steady_N.any():
                found_HW = np.zeros(grey_HW.shape, dtype=np.bool_) if found_HW is None else found_HW
                found_HW.ravel()[run_KN[:, steady_N]] = True
    return found_HW


def _followed(
    index_N: NDArray[np.int64], weakest_N: Grey, step: int, rise_M: Grey, least: int
) -> tuple[NDArray[np.int64], Grey]:
    """The runs that still rise enough one step on, and their least rise so far."""
    # in ascending order: those that would leave the picture are the first or the last
    first, end = np.searchsorted(index_N, (-step, len(rise_M) - step))
    index_N, weakest_N = index_N[first:end], weakest_N[first:end]
    weakest_N = np.minimum(weakest_N, rise_M[index_N + step])
    keep_N = weakest_N >= least
    return index_N[keep_N], weakest_N[keep_N]


def _strokes(grey_HW: Grey, rise_HW: Grey, runs_HW: Mask | None) -> tuple[Stroke, ...]:
    if runs_HW is None or not runs_HW.any():
        return ()
    found = blobs(runs_HW)
    level_N, rise_N = (_medians(values[found.y_N, found.x_N], found) for values in (grey_HW, rise_HW))
    strokes = [
        Stroke(columns.start, rows.start, columns.stop, rows.stop, int(level), int(rise))
        for (rows, columns), level, rise in zip(found.boxes(), level_N, rise_N, strict=True)
    ]
    return tuple(
        nlargest(_MOST, strokes, key=lambda stroke: stroke.rise) if len(strokes) > _MOST else strokes
    )


def _medians(values_N: Grey, found: Blobs) -> Grey:
    """The middle one, in order, of each group's values."""
    sizes = np.bincount(found.group_N)
    middles: Grey = values_N[np.lexsort((values_N, found.group_N))][np.cumsum(sizes) - sizes + sizes // 2]
    return middles
