"""Fit of a parametric sector to the echo region of a picture.

Edges are straight lines through many outermost echoes. Two of them meet in the apex; one alone is mirrored
about an axis found from the top of the region or from the lower arc, so that a shadow along an edge does not
narrow the sector. Of all candidates, the one that best holds the echoes, and little else, and ends where they
end, wins.
Shape suffixes: h, w the coarse grid of :mod:`echo`; K columns; C candidates; R radii.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Echo
from livernet.core.preprocess.sector.judge import Fit, Judge
from livernet.core.preprocess.sector.outline import Line, Outline, Points, arc_apex, cuts, edge_lines, trace
from livernet.core.preprocess.sector.shape import Sector

_COARSE, _FINE = 1_200, 5_000
_PER_CUT = 0.04
_FINALISTS = 5
_COLUMNS = 120
_ARC = 0.10
_STRONG = 0.4
_FAR = 1e4

Box = tuple[float, float, float, float]
Sides = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class _Apex:
    """Where two edges x = a + b y meet, and their slopes b."""

    x: float
    y: float
    left: float
    right: float


def fit_sector(echo: Echo) -> Fit | None:
    """The best sector, or rectangle, for an echo region, in cells; ``None`` for a region without extent."""
    outline = trace(echo.region_hw) if echo.region_hw.any() else None
    if outline is None or min(len(outline.rows), len(outline.columns)) < 12:
        return None
    x0, y0, x1, y1 = echo.viewport
    border = (float(x0), float(y0), float(x1), float(y1))
    sides = _sides(outline)
    start = _boxed(border, sides)
    apexes = _apexes(outline)
    coarse, fine = (Judge(echo, outline, points) for points in (_COARSE, _FINE))
    boxes = dict.fromkeys((start, border))
    fits = coarse.fits([s for box in boxes for s in _shaped(apexes, box, outline, by_arc=False)])
    order = sorted(range(len(fits)), key=lambda k: -fits[k].score)[:_FINALISTS]
    chosen = dict.fromkeys(apexes[k % len(apexes)] for k in order)
    finals = fine.fits([s for box in boxes for s in _both(list(chosen), box, outline)])
    if finals:
        finals.append(_settled(max(finals, key=lambda fit: fit.score), border, sides, (fine, outline)))
    best = max(finals + fine.fits(_rectangles(outline, sides)), key=lambda fit: fit.score)
    best = replace(best, sector=_with_mirrored_cut(best.sector, outline))
    if best.drawn:
        clear = _before_strokes(best.sector, echo, outline)
        best = max([best, *fine.fits(clear)], key=lambda fit: fit.score)
    return best


def fit_rectangle(echo: Echo) -> Fit:
    """The best rectangle for an echo region that is not empty, in cells."""
    outline = trace(echo.region_hw)
    fits = Judge(echo, outline, _FINE).fits(_rectangles(outline, _sides(outline)))
    return max(fits, key=lambda fit: fit.score)


def _sides(outline: Outline) -> Sides:
    """Where echoes may be cut off on the left, top, right and bottom."""
    right, bottom = cuts(-outline.right), cuts(-outline.bottom)
    return (
        cuts(outline.left), cuts(outline.top),
        tuple(-level for level in right), tuple(-level for level in bottom),
    )  # fmt: skip


def _boxed(border: Box, sides: Sides) -> Box:
    """The border, narrowed to the first cut of every side that has one."""
    x0, y0, x1, y1 = (side if not levels else levels[0] for side, levels in zip(border, sides, strict=True))
    return x0, y0, x1, y1


def _settled(fit: Fit, border: Box, sides: Sides, by: tuple[Judge, Outline]) -> Fit:
    """The fit with every side of its box in turn at the level that suits it best, or not cut at all."""
    if fit.sector.apex is None:
        return fit
    judge, outline = by
    apex = _Apex(*fit.sector.apex, *(math.tan(angle) for angle in fit.sector.angles))
    for side, levels in enumerate(sides):
        tried = {*levels, border[side]} - {fit.sector.box[side]}
        boxes = [_with_side(fit.sector.box, side, level) for level in sorted(tried)]
        others = judge.fits([sector for box in boxes for sector in _both([apex], box, outline)])
        uncut = border[side]
        fit = max([fit, *others], key=lambda f: f.score - _PER_CUT * (f.sector.box[side] != uncut))
    return fit


def _with_side(box: Box, side: int, level: float) -> Box:
    x0, y0, x1, y1 = (level if k == side else old for k, old in enumerate(box))
    return x0, y0, x1, y1


def _both(apexes: Sequence[_Apex], box: Box, outline: Outline) -> list[Sector]:
    """Sectors to the outer arc on which many columns end, and those to the furthest echo."""
    return [s for by_arc in (True, False) for s in _shaped(apexes, box, outline, by_arc=by_arc)]


def _before_strokes(sector: Sector, echo: Echo, outline: Outline) -> list[Sector]:
    """The sector cut wherever strokes of the console begin, on the sides or below all echoes."""
    x0, y0, x1, y1 = sector.box
    first, last = outline.columns[[0, -1]].astype(int)
    top, bottom = outline.rows[[0, -1]].astype(int)
    across = np.flatnonzero(echo.drawn_hw[top : bottom + 1].any(axis=0))
    below = np.flatnonzero(echo.drawn_hw[:, first : last + 1].any(axis=1))
    lefts = {x0, max([x0, *(across[across < first] + 1.0)])}
    rights = {x1, min([x1, *(across[across > last] - 1.0)])}
    bottoms = {y1, min([y1, *(below[below > bottom] - 1.0)])}
    boxes = product(sorted(lefts), sorted(rights), sorted(bottoms))
    return [replace(sector, box=(float(a), y0, float(b), float(c))) for a, b, c in boxes]


def _apexes(outline: Outline) -> list[_Apex]:
    """Every apex that two edges, or one edge and an axis, make."""
    lefts = edge_lines(outline.rows, outline.left)
    rights = [(-a, -b) for a, b in edge_lines(outline.rows, -outline.right)]
    pairs = [(line_l, line_r) for line_l in lefts for line_r in rights]
    for line in lefts:
        pairs += [(line, (2 * axis - line[0], -line[1])) for axis in _axes(line, outline)]
    for line in rights:
        pairs += [((2 * axis - line[0], -line[1]), line) for axis in _axes(line, outline)]
    top, depth = float(outline.rows[0]), float(outline.rows[-1] - outline.rows[0])
    met = [_meeting(*pair) for pair in pairs]
    return [apex for apex in met if apex is not None and apex.y <= top + 0.15 * depth]


def _axes(line: Line, outline: Outline) -> Iterator[float]:
    """Columns of the axis: from the region's top, where shadows have not begun, and from the lower arc."""
    top = outline.rows <= outline.rows[0] + max(3.0, 0.06 * (outline.rows[-1] - outline.rows[0]))
    yield float(outline.left[top].min() + outline.right[top].max()) / 2
    row = arc_apex(line, outline.columns, outline.bottom)
    if row is not None:
        yield line[0] + line[1] * row


def _meeting(left: Line, right: Line) -> _Apex | None:
    """Where two edges meet; ``None`` if they do not open downward."""
    (a_l, b_l), (a_r, b_r) = left, right
    if b_r - b_l < 0.05:
        return None
    y = (a_l - a_r) / (b_r - b_l)
    return _Apex(a_l + b_l * y, y, b_l, b_r)


def _shaped(apexes: Sequence[_Apex], box: Box, outline: Outline, *, by_arc: bool) -> list[Sector]:
    """Sectors with these apexes and edges in a box, their radii read off the ends of the columns.

    ``by_arc`` takes the outer arc on which many columns end, where there is one; else the furthest echo.
    """
    if not apexes:
        return []
    thin = max(1, len(outline.columns) // _COLUMNS)
    x_K, top_K, bottom_K = (part[::thin] for part in (outline.columns, outline.top, outline.bottom))
    inner_C = _arc(apexes, (x_K, top_K), on_box=top_K <= box[1] + 1.5, lower=False, by_arc=True)
    outer_C = _arc(apexes, (x_K, bottom_K), on_box=bottom_K >= box[3] - 1.5, lower=True, by_arc=by_arc)
    return [
        Sector(
            apex=(apex.x, apex.y),
            radii=(max(0.0, float(inner) - 0.5), float(outer) + 0.5),
            angles=(math.atan(apex.left), math.atan(apex.right)),
            box=box,
        )
        for apex, inner, outer in zip(apexes, inner_C, outer_C, strict=True)
    ]


def _arc(
    apexes: Sequence[_Apex],
    ends: tuple[Points, Points],
    *,
    on_box: NDArray[np.bool_],
    lower: bool,
    by_arc: bool,
) -> NDArray[np.float32]:
    """The radius at which most columns end, or one further out where still many do: float32 (C,).

    Ends on an edge or on the box say nothing about an arc. Without any arc, the furthest end.
    """
    x_C1, y_C1, left_C1, right_C1 = np.array(
        [(a.x, a.y, a.left, a.right) for a in apexes], dtype=np.float32
    ).T[:, :, None]
    dx_CK, dy_CK = ends[0] - x_C1, ends[1] - y_C1
    between_CK = (dx_CK >= left_C1 * dy_CK - 1) & (dx_CK <= right_C1 * dy_CK + 1)
    if not lower:
        between_CK &= (dx_CK >= left_C1 * dy_CK + 2) & (dx_CK <= right_C1 * dy_CK - 2)
    radius_CK = np.sqrt(dx_CK * dx_CK + dy_CK * dy_CK)
    if lower and not by_arc:
        return np.asarray(np.where(between_CK, radius_CK, 0).max(axis=1), dtype=np.float32)
    telling_CK = between_CK & ~on_box
    bins = int(radius_CK.max()) + 3
    place_CK = np.rint(radius_CK).astype(np.int64) + bins * np.arange(len(apexes))[:, None]
    counts_CR = np.bincount(place_CK[telling_CK], minlength=bins * len(apexes)).reshape(-1, bins)
    near_CR = counts_CR.copy()
    near_CR[:, 1:] += counts_CR[:, :-1]
    near_CR[:, :-1] += counts_CR[:, 1:]
    least_C = np.maximum(_ARC * radius_CK.shape[1], _STRONG * near_CR.max(axis=1))
    good_CR = (near_CR >= least_C[:, None]) & (counts_CR > 0)
    if lower:
        furthest_C = np.where(between_CK, radius_CK, 0).max(axis=1)
        found_C = bins - 1 - good_CR[:, ::-1].argmax(axis=1)
    else:
        furthest_C = np.where(between_CK, radius_CK, _FAR).min(axis=1)
        found_C = good_CR.argmax(axis=1)
    return np.asarray(np.where(good_CR.any(axis=1), found_C, furthest_C), dtype=np.float32)


def _rectangles(outline: Outline, sides: Sides) -> list[Sector]:
    """The boxes of a linear probe: where echoes end on straight lines, or where most rows and columns end."""
    ends = (outline.left, outline.top, outline.right, outline.bottom)
    typical = [float(np.median(part)) for part in ends]
    outermost = [float(np.percentile(part, at)) for part, at in zip(ends, (5, 5, 95, 95), strict=True)]
    cut = [levels[0] if levels else middle for middle, levels in zip(typical, sides, strict=True)]
    mixed = [cut[0], outermost[1], cut[2], outermost[3]]
    return [
        Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(x0, y0, x1, y1))
        for x0, y0, x1, y1 in (typical, cut, mixed)
    ]


def _with_mirrored_cut(sector: Sector, outline: Outline) -> Sector:
    """A console cuts both sides alike: a cut on one side holds for the other, unless echoes lie beyond it."""
    if sector.apex is None:
        return sector
    x0, y0, x1, y1 = sector.box
    axis, first, last = sector.apex[0], float(outline.columns[0]), float(outline.columns[-1])
    if 2 * axis - x0 < x1 and x0 >= first - 1 and 2 * axis - x0 >= last - 1:
        x1 = 2 * axis - x0
    elif 2 * axis - x1 > x0 and x1 <= last + 1 and 2 * axis - x1 <= first + 1:
        x0 = 2 * axis - x1
    return replace(sector, box=(x0, y0, x1, y1))
