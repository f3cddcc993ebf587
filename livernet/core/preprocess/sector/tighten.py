"""The last pixels of the fit: each side of a sector is moved to where echoes begin at full resolution.

The fit works on cells of a few pixels, and JPEG rings around an edge; both leave a rim of console inside.
Shape suffixes: S sides; K places along a side, P those that tell; D depths across it, inwards.
"""

import math
from dataclasses import replace
from statistics import linear_regression

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.numbers import as_numbers, depths
from livernet.core.preprocess.sector.shape import Sector

CLEAR = 6
"""Grey levels by which an echo differs from the background here."""
_OUTWARD, _INWARD = 4, 12
_ROUGH = 3
_LEAST = 0.15
_PLACES = 160
_PARTS = 4


# x and y of each place, and the direction into the sector there
Side = NDArray[np.float32]


def tighten(sector: Sector, grey_HW: NDArray[np.uint8], background: NDArray[np.bool_]) -> Sector:
    """Move each side 4 pixels outward or 12 inward at most, to where half as much echo is seen as further in.

    Both edges of a sector may turn a little as well. A side in the dark, with nothing to go by, stays.

    Args:
        sector: in source pixels.
        grey_HW: uint8 picture.
        background: which greys are none of an echo, bool (256,).
    """
    sides = _sides(sector)
    seen = _clear(list(sides.values()), sector, grey_HW, background)
    of = dict(zip(sides, seen, strict=True))
    moves = {name: _first(clear_PD) or 0.0 for name, (clear_PD, _) in of.items()}
    x0, y0, x1, y1 = sector.box
    box = (x0 + moves["x0"], y0 + moves["y0"], x1 - moves["x1"], y1 - moves["y1"])
    if sector.apex is None:
        return replace(sector, box=box)
    radii = (max(0.0, sector.radii[0] + moves["inner"]), sector.radii[1] - moves["outer"])
    left, right = (
        _moved_edge(sector, angle, sign, of[name])
        for angle, sign, name in ((sector.angles[0], 1, "left"), (sector.angles[1], -1, "right"))
    )
    return _between(replace(sector, box=box, radii=radii), left, right)


def _sides(sector: Sector) -> dict[str, Side]:
    """The places of each side, and the way inward: float32 (4, K)."""
    x0, y0, x1, y1 = sector.box
    along_K = np.linspace(0, 1, _PLACES, dtype=np.float32)
    x_K, y_K = x0 + (x1 - x0) * along_K, y0 + (y1 - y0) * along_K
    sides = {
        "x0": _side(x0, y_K, 1, 0),
        "x1": _side(x1, y_K, -1, 0),
        "y0": _side(x_K, y0, 0, 1),
        "y1": _side(x_K, y1, 0, -1),
    }
    if sector.apex is None:
        return sides
    x, y = sector.apex
    (inner, outer), (left, right) = sector.radii, sector.angles
    sine_K, cosine_K = (of(left + (right - left) * along_K) for of in (np.sin, np.cos))
    radius_K = inner + (outer - inner) * along_K
    sides |= {
        name: _side(x + radius * sine_K, y + radius * cosine_K, sign * sine_K, sign * cosine_K)
        for name, radius, sign in (("inner", inner, 1), ("outer", outer, -1))
    }
    for name, angle, sign in (("left", left, 1), ("right", right, -1)):
        sine, cosine = math.sin(angle), math.cos(angle)
        sides[name] = _side(x + radius_K * sine, y + radius_K * cosine, sign * cosine, -sign * sine)
    return sides


def _side(*parts: Side | float) -> Side:
    side_4K = np.empty((len(parts), _PLACES), dtype=np.float32)
    for row_K, part in zip(side_4K, parts, strict=True):
        row_K[:] = part
    return side_4K


def _clear(
    sides: list[Side], sector: Sector, grey_HW: NDArray[np.uint8], background: NDArray[np.bool_]
) -> list[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """For each side, where along and across it the picture is rough and no background, bool (P, D), and P.

    Places near a corner, where another side could be meant, are left out.
    """
    x_SK, y_SK, across_SK, down_SK = np.stack(sides, axis=1)
    deep = np.float32(_INWARD)
    shapes = as_numbers([sector])
    telling_SK = (
        depths(shapes, (x_SK + deep * across_SK).ravel(), (y_SK + deep * down_SK).ravel()) >= _INWARD / 2
    ).reshape(x_SK.shape)
    depth_D = np.arange(-_OUTWARD, 2 * _INWARD, dtype=np.float32)
    x_PD = x_SK[telling_SK][:, None] + across_SK[telling_SK][:, None] * depth_D
    y_PD = y_SK[telling_SK][:, None] + down_SK[telling_SK][:, None] * depth_D
    height, width = grey_HW.shape
    rows, columns = np.rint(y_PD).astype(np.intp), np.rint(x_PD).astype(np.intp)
    within_PD = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    at_PD = rows.clip(0, height - 1) * width + columns.clip(1, width - 2)
    left_PD, grey_PD, right_PD = (grey_HW.ravel()[at_PD + by] for by in (-1, 0, 1))
    highest_PD = np.maximum(np.maximum(left_PD, grey_PD), right_PD)
    rough_PD = highest_PD - np.minimum(np.minimum(left_PD, grey_PD), right_PD) >= _ROUGH
    clear_PD = within_PD & rough_PD & ~background[grey_PD]
    ends = np.cumsum(np.count_nonzero(telling_SK, axis=1))[:-1]
    places = [np.flatnonzero(telling_K) for telling_K in telling_SK]
    return list(zip(np.split(clear_PD, ends), places, strict=True))


def _first(clear_PD: NDArray[np.bool_]) -> float | None:
    """The depth at which echoes begin; ``None`` where that cannot be told."""
    if len(clear_PD) == 0:
        return None
    share_D = np.count_nonzero(clear_PD, axis=0) / len(clear_PD)
    reference = float(share_D[_OUTWARD + _INWARD // 2 :].mean())
    if reference < _LEAST:
        return None
    first = int(np.argmax(share_D >= 0.5 * reference))
    # echoes, or a neighbouring panel, right from the first ring: no end in sight, so the fit stands
    return first - _OUTWARD - 0.5 if 0 < first <= _OUTWARD + _INWARD else None


def _moved_edge(
    sector: Sector, angle: float, sign: int, seen: tuple[NDArray[np.bool_], NDArray[np.intp]]
) -> tuple[float, float]:
    """An edge after its move: its angle, and how far inward of the apex it now passes.

    It turns to where its parts begin, if enough of them tell; else it moves as a whole. ``sign`` is that of a
    turn towards the inside.
    """
    clear_PD, places = seen
    parts = zip(np.array_split(clear_PD, _PARTS), np.array_split(places, _PARTS), strict=True)
    told = [(float(at.mean()), move) for part, at in parts if (move := _first(part)) is not None]
    moves = [move for _, move in told]
    if len(told) < _PARTS - 1 or max(moves) - min(moves) > _INWARD / 2:
        return angle, _first(clear_PD) or 0.0
    inner, outer = sector.radii
    radii = [inner + (outer - inner) * at / (_PLACES - 1) for at, _ in told]
    slope, start = linear_regression(radii, moves)
    return angle + sign * math.atan(slope), start


def _between(sector: Sector, left: tuple[float, float], right: tuple[float, float]) -> Sector:
    """The sector with its edges moved: they meet again at an apex of their own, and the arcs stay."""
    if sector.apex is None:
        return sector
    (angle_l, by_l), (angle_r, by_r) = left, right
    if angle_r - angle_l < 0.03:
        return sector
    a = np.array([[math.cos(angle_l), -math.sin(angle_l)], [-math.cos(angle_r), math.sin(angle_r)]])
    shift_x, shift_y = np.linalg.solve(a, [by_l, by_r])
    x, y = sector.apex
    return replace(
        sector,
        apex=(x + float(shift_x), y + float(shift_y)),
        angles=(angle_l, angle_r),
        radii=(max(0.0, sector.radii[0] - float(shift_y)), sector.radii[1] - float(shift_y)),
    )
