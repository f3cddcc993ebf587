"""Where the echoes of a region end on each side, and the straight lines and cuts on which many ends lie.

Lines are x = a + b y.
Shape suffixes: h, w the coarse grid of :mod:`echo`; N rows or columns; P pairs of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEEPEST = math.radians(62)
_SHALLOWEST = math.radians(3)
_ROWS, _ANCHORS = 90, 22
_KEPT = 6
_APART = 4
_CUT = 0.10
_BEYOND = 0.12
_ABRUPT = 2.0
_ARC_ANCHORS = 10

Line = tuple[float, float]
Points = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The first and the last echo of every row and column."""

    rows: Points
    """Rows with echoes."""
    left: Points
    """First column with an echo in each of these rows."""
    right: Points
    """Last column."""
    columns: Points
    """Columns with echoes."""
    top: Points
    """First row with an echo in each of these columns."""
    bottom: Points
    """Last row."""

    @property
    def points(self) -> tuple[Points, Points]:
        """All ends as x and y."""
        x = np.concatenate([self.left, self.right, self.columns, self.columns])
        return x, np.concatenate([self.rows, self.rows, self.top, self.bottom])


def trace(region_hw: NDArray[np.bool_]) -> Outline:
    """The outline of a region that is not empty."""
    rows, left, right = _ends(region_hw)
    columns, top, bottom = _ends(region_hw.T)
    return Outline(rows=rows, left=left, right=right, columns=columns, top=top, bottom=bottom)


def _ends(region_hw: NDArray[np.bool_]) -> tuple[Points, Points, Points]:
    rows = np.flatnonzero(region_hw.any(axis=1))
    part = region_hw[rows]
    first = part.argmax(axis=1)
    last = part.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
    return rows.astype(np.float32), first.astype(np.float32), last.astype(np.float32)


def cuts(ends_N: Points) -> tuple[float, ...]:
    """Straight levels on which a good part of the ends lie: that of most ends, and one further out (smaller).

    Few ends may lie beyond one, since what sticks out there is writing; and few just short of it, where a
    curve would have as many again.
    """
    least = int(ends_N.min())
    counts = np.bincount(ends_N.astype(np.int64) - least, minlength=8)
    padded = np.concatenate([[0], counts, [0, 0, 0, 0]])
    size = len(counts)
    on = padded[:size] + counts + padded[2 : size + 2]
    short = sum(padded[k : size + k] for k in (3, 4, 5))
    beyond = np.cumsum(counts) - counts
    good = (on >= max(5.0, _CUT * len(ends_N))) & (on >= _ABRUPT * short) & (beyond <= _BEYOND * len(ends_N))
    found = np.flatnonzero(good & (counts > 0))
    if len(found) == 0:
        return ()
    strongest = int(found[np.argmax(counts[found])])
    first = int(found[0]) + int(np.argmax(counts[found[0] : found[0] + 3]))
    return tuple(float(least + at) for at in dict.fromkeys([strongest, first]))


def edge_lines(rows: Points, left_N: Points) -> list[Line]:
    """Lines, opening to the left, along which most rows have their first echo; best first."""
    thin = max(1, len(rows) // _ROWS)
    rows, left_N = rows[::thin], left_N[::thin]
    first, second = _pairs(len(rows), _ANCHORS)
    slope_P = (left_N[second] - left_N[first]) / (rows[second] - rows[first])
    keep = (slope_P <= -math.tan(_SHALLOWEST)) & (slope_P >= -math.tan(_STEEPEST))
    slope_P, offset_P = slope_P[keep], (left_N[first] - slope_P * rows[first])[keep]
    residual_PN = left_N - (offset_P[:, None] + slope_P[:, None] * rows)
    residual_PN /= np.sqrt(1 + slope_P * slope_P)[:, None]
    on_PN = np.abs(residual_PN) <= 1.0
    # float32 is summed faster than truth values are counted
    support_P = (on_PN - np.float32(0.7) * (residual_PN < -1.5)).sum(axis=1)
    ends_P2 = offset_P[:, None] + slope_P[:, None] * rows[[0, -1]]
    free_P = np.ones(len(slope_P), dtype=np.bool_)
    chosen: list[Line] = []
    for k in np.argsort(-support_P, kind="stable"):
        if len(chosen) == _KEPT:
            break
        if free_P[k]:
            free_P &= np.abs(ends_P2 - ends_P2[k]).max(axis=1) >= _APART
            offset, slope = _regressed(rows, left_N, on_PN[k])
            if slope < 0:
                chosen.append((offset, slope))
    return chosen


def _regressed(rows: Points, left_N: Points, near: NDArray[np.bool_]) -> Line:
    """Least squares over the rows near a line."""
    y, x = rows[near].astype(np.float64), left_N[near].astype(np.float64)
    y_mean, x_mean = float(y.sum()) / len(y), float(x.sum()) / len(x)
    y -= y_mean
    slope = float(y @ (x - x_mean)) / max(1e-9, float(y @ y))
    return x_mean - slope * y_mean, slope


def arc_rows(lines: Sequence[Line], columns: Points, ends_N: Points) -> list[float | None]:
    """For each line, the row at which a circle around a point of it passes through most of the columns' ends.

    Squared distance to (a + b t, t) is linear in t but for a constant, so every two ends give one t.
    """
    if not lines:
        return []
    offset_L1, slope_L1 = np.array(lines, dtype=np.float64).T[:, :, None]
    step = max(1, len(columns) // (4 * _ARC_ANCHORS))
    x_LN, y_N = columns[::step] - offset_L1, ends_N[::step].astype(np.float64)
    along_LN, squared_LN = 2 * (x_LN * slope_L1 + y_N), x_LN * x_LN + y_N * y_N
    first, second = _pairs(len(y_N), _ARC_ANCHORS)
    spread_LP = along_LN[:, second] - along_LN[:, first]
    t_LP = (squared_LN[:, second] - squared_LN[:, first]) / np.where(spread_LP == 0, 1, spread_LP)
    usable_LP = (np.abs(spread_LP) > 4) & (t_LP < y_N.min() + 1)
    constant_LP = (1 + slope_L1**2) * t_LP**2
    squared_LPN = squared_LN[:, None] - t_LP[:, :, None] * along_LN[:, None] + constant_LP[:, :, None]
    radius_LPN = np.sqrt(np.maximum(squared_LPN, 0)).astype(np.float32)
    radius_LPN.sort(axis=2)
    window = max(3, len(y_N) // 4)
    tight_LP = (radius_LPN[:, :, window:] - radius_LPN[:, :, :-window]).min(axis=2)
    best_L = np.where(usable_LP, tight_LP, np.inf).argmin(axis=1)
    return [float(t_LP[k, best]) if usable_LP[k, best] else None for k, best in enumerate(best_L)]


@lru_cache(maxsize=1024)
def _pairs(count: int, anchors: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of some places spread evenly over ``count``."""
    places = np.unique(np.linspace(0, count - 1, anchors).astype(np.intp))
    first, second = np.triu_indices(len(places), 1)
    return places[first], places[second]
