"""Fit of a parametric sector to the echo region of a picture.

Edges are straight lines through many outermost echoes. Two of them meet in the apex; one alone is mirrored
about an axis found from the top of the region or from the lower arc, so that a shadow along an edge does not
narrow the sector. Of all candidates, the one that best holds the echoes, and little else, and ends where they
end, wins.
Shape suffixes: K columns of the coarse grid of :mod:`echo`; A apexes; B boxes; C candidates; R radii.
An apex is a row of four numbers, x and y of where two edges meet and their slopes; a box is x0, y0, x1, y1.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Echo
from livernet.core.preprocess.sector.judge import Fit, Fits, Judge
from livernet.core.preprocess.sector.numbers import Numbers, as_numbers
from livernet.core.preprocess.sector.outline import Line, Outline, Points, arc_rows, cuts, edge_lines, trace
from livernet.core.preprocess.sector.shape import Sector

_ROWS, _FEW_ROWS = 80, 32
_LIKELY = 5
_PER_CUT = 0.04
_COLUMNS = 100
_ARC = 0.10
_STRONG = 0.4
_FAR = 1e4
_LEAST_OPENING = 0.05
_OUTER = 5

Box = tuple[float, float, float, float]
Sides = tuple[tuple[float, ...], ...]


def fit_sector(echo: Echo) -> Fit | None:
    """The best sector, or rectangle, for an echo region, in cells; ``None`` for a region without extent."""
    outline = trace(echo.region_hw) if echo.region_hw.any() else None
    if outline is None or min(len(outline.rows), len(outline.columns)) < 12:
        return None
    x0, y0, x1, y1 = echo.viewport
    border = (float(x0), float(y0), float(x1), float(y1))
    sides = _sides(outline)
    judge = Judge(echo, outline, _ROWS)
    shapes = [_rectangles(outline, sides)]
    apexes_A4 = _apexes(outline)
    if len(apexes_A4):
        boxes_B4 = np.array(list(dict.fromkeys((_boxed(border, sides), border))), dtype=np.float32)
        likely_A4 = _likely(apexes_A4, boxes_B4, outline, Judge(echo, outline, _FEW_ROWS))
        shapes.append(_both(likely_A4, boxes_B4, outline))
    best = _best(judge.fits(np.concatenate(shapes)))
    if best.sector.apex is not None:
        best = _settled(best, border, sides, (judge, outline))
    best = replace(best, sector=_with_mirrored_cut(best.sector, outline))
    if best.drawn:
        clear = judge.fits(as_numbers(_before_strokes(best.sector, echo, outline)))
        best = max(best, _best(clear), key=lambda fit: fit.score)
    return best


def fit_rectangle(echo: Echo) -> Fit:
    """The best rectangle for an echo region that is not empty, in cells."""
    outline = trace(echo.region_hw)
    return _best(Judge(echo, outline, _ROWS).fits(_rectangles(outline, _sides(outline))))


def _likely(apexes_A4: Numbers, boxes_B4: Numbers, outline: Outline, judge: Judge) -> Numbers:
    """The few apexes that are best at a glance, strokes of the console left out: (A, 4)."""
    fits = judge.fits(_shaped(*_crossed(apexes_A4, boxes_B4), outline), strokes=False)
    first = np.argsort(-fits.scores, kind="stable")[:_LIKELY] // len(boxes_B4)
    return apexes_A4[list(dict.fromkeys(first.tolist()))]


def _best(fits: Fits) -> Fit:
    return fits[int(fits.scores.argmax())]


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
    """The fit with every side of its box at the level that suits it best by itself, or not cut at all."""
    judge, outline = by
    box = list(fit.sector.box)
    tried = [(k, level) for k in range(4) for level in sorted({*sides[k], border[k]} - {box[k]})]
    if not tried:
        return fit
    apex_14 = as_numbers([fit.sector])[:, :4]
    boxes_B4 = np.tile(np.array(box, dtype=np.float32), (len(tried), 1))
    for changed_4, (k, level) in zip(boxes_B4, tried, strict=True):
        changed_4[k] = level
    fits = judge.fits(_both(apex_14, boxes_B4, outline))
    gains_B = fits.scores.reshape(2, -1).max(axis=0) - fit.score
    for k in range(4):
        # a cut has to be worth more than none
        of_side = [
            (gain + _PER_CUT * ((level == border[k]) - float(box[k] == border[k])), level)
            for (side, level), gain in zip(tried, gains_B, strict=True)
            if side == k
        ]
        gain, level = max(of_side, default=(0.0, 0.0))
        box[k] = level if gain > 0 else box[k]
    if tuple(box) == fit.sector.box:
        return fit
    return _best(judge.fits(_both(apex_14, np.array([box], dtype=np.float32), outline)))


def _crossed(apexes_A4: Numbers, boxes_B4: Numbers) -> tuple[Numbers, Numbers]:
    """Every apex with every box: twice float32 (A x B, 4)."""
    return np.repeat(apexes_A4, len(boxes_B4), axis=0), np.tile(boxes_B4, (len(apexes_A4), 1))


def _both(apexes_A4: Numbers, boxes_B4: Numbers, outline: Outline) -> Numbers:
    """Sectors to the outer arc on which many columns end, and those to the furthest echo."""
    pairs = _crossed(apexes_A4, boxes_B4)
    furthest_C10 = _shaped(*pairs, outline)
    to_arc_C10 = furthest_C10.copy()
    to_arc_C10[:, _OUTER] = _arc(*pairs, outline, lower=True) + 0.5
    return np.concatenate([to_arc_C10, furthest_C10])


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


def _apexes(outline: Outline) -> Numbers:
    """Every apex that two edges, or one edge and an axis, make: float32 (A, 4)."""
    lefts = edge_lines(outline.rows, outline.left)
    rights = [(-a, -b) for a, b in edge_lines(outline.rows, -outline.right)]
    pairs = [(line_l, line_r) for line_l in lefts for line_r in rights]
    axes = list(_axes([*lefts, *rights], outline))
    for line, of_line in zip(lefts, axes[: len(lefts)], strict=True):
        pairs += [(line, (2 * axis - line[0], -line[1])) for axis in of_line]
    for line, of_line in zip(rights, axes[len(lefts) :], strict=True):
        pairs += [((2 * axis - line[0], -line[1]), line) for axis in of_line]
    a_l, b_l, a_r, b_r = np.array(pairs, dtype=np.float64).reshape(-1, 4).T
    opening = np.maximum(b_r - b_l, 1e-9)
    y = (a_l - a_r) / opening
    top, depth = float(outline.rows[0]), float(outline.rows[-1] - outline.rows[0])
    usable = (b_r - b_l >= _LEAST_OPENING) & (y <= top + 0.15 * depth)
    return np.stack([a_l + b_l * y, y, b_l, b_r], axis=1)[usable].astype(np.float32)


def _axes(lines: Sequence[Line], outline: Outline) -> Iterator[list[float]]:
    """Columns of the axis: from the region's top, where shadows have not begun, and from the lower arc."""
    top = outline.rows <= outline.rows[0] + max(3.0, 0.06 * (outline.rows[-1] - outline.rows[0]))
    middle = float(outline.left[top].min() + outline.right[top].max()) / 2
    for line, row in zip(lines, arc_rows(lines, outline.columns, outline.bottom), strict=True):
        yield [middle] if row is None else [middle, line[0] + line[1] * row]


def _shaped(apexes_C4: Numbers, boxes_C4: Numbers, outline: Outline) -> Numbers:
    """Sectors with these edges, each in its box, from the inner arc to the furthest echo: (C, 10)."""
    inner_C = np.maximum(0, _arc(apexes_C4, boxes_C4, outline, lower=False) - 0.5)
    radius_CK, between_CK = _radii(apexes_C4, outline, lower=True)
    outer_C = _furthest(radius_CK, between_CK) + 0.5
    return np.concatenate([apexes_C4, np.stack([inner_C, outer_C], axis=1), boxes_C4], axis=1)


def _arc(apexes_C4: Numbers, boxes_C4: Numbers, outline: Outline, *, lower: bool) -> Numbers:
    """The radius at which most columns end, or one further out where still many do: float32 (C,).

    Ends on an edge or on the box say nothing about an arc. Without any arc, the furthest end.
    """
    radius_CK, between_CK = _radii(apexes_C4, outline, lower=lower)
    ends_K = _thinned(outline.bottom if lower else outline.top)
    on_box_CK = ends_K >= boxes_C4[:, 3:] - 1.5 if lower else ends_K <= boxes_C4[:, 1:2] + 1.5
    first_C1 = np.floor(radius_CK.min(axis=1, keepdims=True))
    place_CK = (radius_CK - first_C1 + 1.5).astype(np.intp)
    bins = int(place_CK.max()) + 2
    place_CK += bins * np.arange(len(place_CK))[:, None]
    counts_CR = np.bincount(place_CK[between_CK & ~on_box_CK], minlength=bins * len(place_CK)).reshape(
        -1, bins
    )
    near_CR = counts_CR.copy()
    near_CR[:, 1:] += counts_CR[:, :-1]
    near_CR[:, :-1] += counts_CR[:, 1:]
    least_C1 = np.maximum(_ARC * radius_CK.shape[1], _STRONG * near_CR.max(axis=1, keepdims=True))
    good_CR = (near_CR >= least_C1) & (counts_CR > 0)
    found_C = bins - 1 - good_CR[:, ::-1].argmax(axis=1) if lower else good_CR.argmax(axis=1)
    furthest_C = _furthest(radius_CK, between_CK) if lower else _nearest(radius_CK, between_CK)
    arc_C: Numbers = np.where(good_CR.any(axis=1), found_C - 1 + first_C1[:, 0], furthest_C).astype(
        np.float32
    )
    return arc_C


def _radii(apexes_C4: Numbers, outline: Outline, *, lower: bool) -> tuple[Numbers, NDArray[np.bool_]]:
    """How far the ends of the columns are from each apex, and which lie between its edges: twice (C, K)."""
    x_C1, y_C1, left_C1, right_C1 = apexes_C4.T[:, :, None]
    dx_CK = _thinned(outline.columns) - x_C1
    dy_CK = _thinned(outline.bottom if lower else outline.top) - y_C1
    slack = 1 if lower else -2
    between_CK = (dx_CK >= left_C1 * dy_CK - slack) & (dx_CK <= right_C1 * dy_CK + slack)
    return np.sqrt(dx_CK * dx_CK + dy_CK * dy_CK), between_CK


def _furthest(radius_CK: Numbers, between_CK: NDArray[np.bool_]) -> Numbers:
    return np.asarray(radius_CK.max(axis=1, where=between_CK, initial=0))


def _nearest(radius_CK: Numbers, between_CK: NDArray[np.bool_]) -> Numbers:
    """Columns may all begin on an edge: then the sector reaches its apex."""
    return np.asarray(radius_CK.min(axis=1, where=between_CK, initial=_FAR) * between_CK.any(axis=1))


def _thinned(ends_N: Points) -> Points:
    return ends_N[:: max(1, len(ends_N) // _COLUMNS)]


def _rectangles(outline: Outline, sides: Sides) -> Numbers:
    """The boxes of a linear probe: where echoes end on straight lines, or where most rows and columns end."""
    ends = [np.sort(part) for part in (outline.left, outline.top, outline.right, outline.bottom)]
    typical = [_quantile(part, 0.5) for part in ends]
    outermost = [_quantile(part, at) for part, at in zip(ends, (0.05, 0.05, 0.95, 0.95), strict=True)]
    cut = [levels[0] if levels else middle for middle, levels in zip(typical, sides, strict=True)]
    mixed = [cut[0], outermost[1], cut[2], outermost[3]]
    return as_numbers(
        [
            Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(x0, y0, x1, y1))
            for x0, y0, x1, y1 in (typical, cut, mixed)
        ]
    )


def _quantile(ordered_N: Points, share: float) -> float:
    place = share * (len(ordered_N) - 1)
    low, high = (float(ordered_N[at]) for at in (math.floor(place), math.ceil(place)))
    return low + (place % 1) * (high - low)


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
