"""Fit of a parametric sector to the echo region of a picture.

Edges are straight lines through many outermost echoes; candidates from both sides are paired, and the pair
whose sector best holds the echoes, and little else, wins. An edge in shadow takes the other's mirror image.
Shape suffixes: h, w the coarse grid of :mod:`echo`; N points; P pairs of points.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.shape import Sector

_STEEPEST = math.radians(62)
_SHALLOWEST = math.radians(4)
_ANCHORS = 36
_KEPT = 7
_APART = 4
_CUT = 0.08
_STRAY = 0.04
_POINTS = 9_000


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A sector with what speaks for it."""

    sector: Sector
    """In cells of the grid it was fitted on."""
    leak: float
    """Share of the echo region outside the sector, 0..1."""
    coverage: float
    """Share of the sector that the echo region fills, 0..1."""
    edges: float
    """Share of both edges' length along which echoes end exactly there, 0..1."""
    symmetry: float
    """1 where both edges open equally, towards 0 where they do not."""

    @property
    def confidence(self) -> float:
        """How far the sector is to be trusted, 0..1."""
        return min(1.0, max(0.0, (self.score - 0.5) / 1.4))

    @property
    def score(self) -> float:
        """What candidates are compared by; 1.9 at best."""
        return self.coverage - 10 * self.leak + 0.4 * self.edges + 0.5 * self.symmetry


def fit_sector(region_hw: NDArray[np.bool_], viewport: tuple[int, int, int, int] | None = None) -> Fit | None:
    """The best sector, or rectangle, for an echo region; ``None`` for a region without extent.

    Args:
        region_hw: bool (h, w).
        viewport: cells (x0, y0, x1, y1), inclusive, beyond which the sector cannot go; else the whole grid.
    """
    rows, left_N, right_N = _outline(region_hw)
    if len(rows) < 12:
        return None
    grid = _Grid(region_hw, _box(region_hw, left_N, right_N, viewport))
    lefts = _lines(rows, left_N)
    rights = [(-a, -b) for a, b in _lines(rows, -right_N)]
    middle = _middle(rows, left_N, right_N)
    candidates = [grid.sector(line_l, line_r) for line_l, line_r in _pairs(lefts, rights, middle)]
    fits = [_judge(sector, grid, (rows, left_N, right_N)) for sector in candidates if sector is not None]
    fits.append(_rectangle(region_hw, (rows, left_N, right_N)))
    best = max(fits, key=lambda fit: fit.score)
    return replace(best, sector=_with_mirrored_cut(best.sector, region_hw))


Outline = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _outline(region_hw: NDArray[np.bool_]) -> Outline:
    """Row numbers with echoes, and the first and last echo of each."""
    rows = np.flatnonzero(region_hw.any(axis=1))
    left_N = region_hw[rows].argmax(axis=1)
    right_N = region_hw.shape[1] - 1 - region_hw[rows][:, ::-1].argmax(axis=1)
    return rows.astype(np.float64), left_N.astype(np.float64), right_N.astype(np.float64)


def _box(
    region_hw: NDArray[np.bool_],
    left_N: NDArray[np.float64],
    right_N: NDArray[np.float64],
    viewport: tuple[int, int, int, int] | None,
) -> tuple[float, float, float, float]:
    """The clip box: a side counts where echoes end on it over a good stretch, else the viewport's side does.

    Without that rule a shadow beside the widest echo would be taken for a cut.
    """
    _, top_N, bottom_N = _outline(region_hw.T)
    height, width = region_hw.shape
    x0, y0, x1, y1 = viewport or (0, 0, width - 1, height - 1)
    return _cut(left_N, x0), _cut(top_N, y0), -_cut(-right_N, -x1), -_cut(-bottom_N, -y1)


def _cut(ends_N: NDArray[np.float64], border: float) -> float:
    """The straight line, near the smallest of the ends, on which a good part of them lie; else the border."""
    levels, counts = np.unique(ends_N, return_counts=True)
    for level in levels:
        on_line = counts[np.abs(levels - level) <= 1].sum()
        if on_line >= max(5.0, _CUT * len(ends_N)):
            return float(level)
        if counts[levels <= level].sum() > _STRAY * len(ends_N):
            break
    return border


def _with_mirrored_cut(sector: Sector, region_hw: NDArray[np.bool_]) -> Sector:
    """A console cuts both sides alike: a cut on one side holds for the other, unless echoes lie beyond it."""
    if sector.apex is None:
        return sector
    x0, y0, x1, y1 = sector.box
    axis, columns = sector.apex[0], np.flatnonzero(region_hw.any(axis=0))
    first, last = float(columns[0]), float(columns[-1])
    if 2 * axis - x0 < x1 and x0 >= first - 1 and 2 * axis - x0 >= last - 1:
        x1 = 2 * axis - x0
    elif 2 * axis - x1 > x0 and x1 <= last + 1 and 2 * axis - x1 <= first + 1:
        x0 = 2 * axis - x1
    return replace(sector, box=(x0, y0, x1, y1))


def _lines(rows: NDArray[np.float64], left_N: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Lines x = a + b y, opening to the left, along which most rows have their first echo; best first."""
    anchors = np.unique(np.linspace(0, len(rows) - 1, _ANCHORS).astype(int))
    first, second = (anchors[k] for k in np.triu_indices(len(anchors), 1))
    slope_P = (left_N[second] - left_N[first]) / (rows[second] - rows[first])
    keep = (slope_P <= -math.tan(_SHALLOWEST)) & (slope_P >= -math.tan(_STEEPEST))
    slope_P, offset_P = slope_P[keep], (left_N[first] - slope_P * rows[first])[keep]
    residual_PN = left_N[None, :] - offset_P[:, None] - slope_P[:, None] * rows[None, :]
    residual_PN /= np.hypot(1, slope_P)[:, None]
    support_P = (np.abs(residual_PN) <= 1.0).sum(axis=1) - 0.7 * (residual_PN < -1.5).sum(axis=1)
    ends_P2 = offset_P[:, None] + slope_P[:, None] * np.array([rows[0], rows[-1]])
    free_P = np.ones(len(slope_P), dtype=np.bool_)
    chosen: list[tuple[float, float]] = []
    for k in np.argsort(-support_P, kind="stable"):
        if not free_P[k]:
            continue
        free_P &= np.abs(ends_P2 - ends_P2[k]).max(axis=1) >= _APART
        near = np.abs(residual_PN[k]) <= 1.0
        slope, offset = (
            np.polyfit(rows[near], left_N[near], 1) if near.sum() > 2 else (slope_P[k], offset_P[k])
        )
        if slope < 0:
            chosen.append((float(offset), float(slope)))
        if len(chosen) == _KEPT:
            break
    return chosen


def _middle(rows: NDArray[np.float64], left_N: NDArray[np.float64], right_N: NDArray[np.float64]) -> float:
    """The column of the axis, taken from the top of the region, where shadows have not begun."""
    top = rows <= rows[0] + max(3.0, 0.06 * (rows[-1] - rows[0]))
    return float(left_N[top].min() + right_N[top].max()) / 2


def _pairs(
    lefts: list[tuple[float, float]], rights: list[tuple[float, float]], middle: float
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    yield from ((line_l, line_r) for line_l in lefts for line_r in rights)
    yield from ((line, (2 * middle - line[0], -line[1])) for line in lefts)
    yield from (((2 * middle - line[0], -line[1]), line) for line in rights)


class _Grid:
    """The region's neighbourhood as points, thinned so that a candidate costs little."""

    def __init__(self, region_hw: NDArray[np.bool_], box: tuple[float, float, float, float]) -> None:
        self.box = box
        height, width = region_hw.shape
        thin = max(1, round(math.sqrt(height * width / _POINTS)))
        y_N, x_N = np.mgrid[0:height:thin, 0:width:thin]
        self.x_N, self.y_N = x_N.ravel().astype(np.float32), y_N.ravel().astype(np.float32)
        self.echo_N = region_hw[y_N.ravel(), x_N.ravel()]
        self.bins = 2.0 * thin
        self.top = float(np.flatnonzero(region_hw.any(axis=1))[0])
        self.depth = float(region_hw.any(axis=1).sum())

    def sector(self, left: tuple[float, float], right: tuple[float, float]) -> Sector | None:
        """The sector between lines x = a + b y, radii read off the echoes; ``None`` if they do not open."""
        (a_l, b_l), (a_r, b_r) = left, right
        if b_r - b_l < 0.05:
            return None
        y = (a_l - a_r) / (b_r - b_l)
        x = a_l + b_l * y
        if y > self.top + 0.15 * self.depth:
            return None
        dx_N, dy_N = self.x_N - np.float32(x), self.y_N - np.float32(y)
        between_N = (dx_N >= b_l * dy_N) & (dx_N <= b_r * dy_N) & (dy_N > 0)
        radius_N = np.hypot(dx_N[between_N], dy_N[between_N])
        radii = self._radii(radius_N, self.echo_N[between_N])
        if radii is None:
            return None
        return Sector(apex=(x, y), radii=radii, angles=(math.atan(b_l), math.atan(b_r)), box=self.box)

    def _radii(self, radius_N: NDArray[np.float32], echo_N: NDArray[np.bool_]) -> tuple[float, float] | None:
        """The radii between which at least an eighth of every ring holds echoes."""
        if not echo_N.any():
            return None
        ring_N = (radius_N / self.bins).astype(np.int64)
        whole = np.bincount(ring_N)
        filled = np.bincount(ring_N[echo_N], minlength=len(whole))
        good = np.flatnonzero((filled >= 0.12 * whole) & (filled >= 2))
        if len(good) < 4:
            return None
        first, last = good[0] * self.bins, (good[-1] + 1) * self.bins
        echoes_N = radius_N[echo_N]
        inner = float(echoes_N[echoes_N >= first].min()) - 0.5
        return max(0.0, inner), float(echoes_N[echoes_N < last].max()) + 0.5


def _judge(sector: Sector, grid: _Grid, outline: Outline) -> Fit:
    if sector.apex is None:
        raise ValueError("a rectangle is judged elsewhere")
    x, y = sector.apex
    dx_N, dy_N = grid.x_N - np.float32(x), grid.y_N - np.float32(y)
    b_l, b_r = (math.tan(angle) for angle in sector.angles)
    radius_N = np.hypot(dx_N, dy_N)
    inside_N = (radius_N >= sector.radii[0]) & (radius_N <= sector.radii[1])
    tolerance = np.float32(0.8)
    inside_N &= (dx_N - b_l * dy_N >= -tolerance) & (b_r * dy_N - dx_N >= -tolerance)
    x0, y0, x1, y1 = sector.box
    inside_N &= (grid.x_N >= x0) & (grid.x_N <= x1) & (grid.y_N >= y0) & (grid.y_N <= y1)
    held = int((inside_N & grid.echo_N).sum())
    rows, left_N, right_N = outline
    ends = [(left_N, b_l, math.cos(sector.angles[0])), (right_N, b_r, math.cos(sector.angles[1]))]
    supported, length = 0.0, 0.0
    for edge_N, slope, cosine in ends:
        top, bottom = y + sector.radii[0] * cosine, y + sector.radii[1] * cosine
        along = (rows >= top) & (rows <= bottom) & _in_box(x + slope * (rows - y), sector.box)
        residual_N = np.abs(edge_N - x - slope * (rows - y)) * cosine
        supported += float((residual_N[along] <= 1.5).sum())
        length += float(along.sum())
    opening = [abs(angle) for angle in sector.angles]
    return Fit(
        sector=sector,
        leak=1 - held / max(1, int(grid.echo_N.sum())),
        coverage=held / max(1, int(inside_N.sum())),
        edges=supported / max(1.0, length),
        symmetry=min(opening) / max(opening),
    )


def _in_box(x_N: NDArray[np.float64], box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    return np.asarray((x_N >= box[0] - 0.5) & (x_N <= box[2] + 0.5))


def _rectangle(region_hw: NDArray[np.bool_], outline: Outline) -> Fit:
    """The box of a linear probe: its left and right ends are those of most rows."""
    rows, left_N, right_N = outline
    x0, x1 = float(np.median(left_N)), float(np.median(right_N))
    box = (x0, float(rows[0]), x1, float(rows[-1]))
    inside = region_hw[int(box[1]) : int(box[3]) + 1, int(x0) : int(x1) + 1]
    straight = [(np.abs(left_N - x0) <= 1.5).mean(), (np.abs(right_N - x1) <= 1.5).mean()]
    return Fit(
        sector=Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=box),
        leak=1 - float(inside.sum()) / max(1, int(region_hw.sum())),
        coverage=float(inside.mean()),
        edges=float(np.mean(straight)),
        symmetry=1.0 if min(straight) > 0.5 else 0.0,
    )
