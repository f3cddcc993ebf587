"""The last pixels of the fit: each side of a sector is moved to where echoes begin at full resolution.

The fit works on cells of a few pixels, and JPEG rings around an edge; both leave a rim of console inside.
Shape suffixes: K places along a side; D depths across it, from outside to inside; 3 neighbours in a row.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import background_levels
from livernet.core.preprocess.sector.numbers import as_numbers, depths
from livernet.core.preprocess.sector.shape import Sector

_OUTWARD, _INWARD = 4, 12
_CLEAR, _ROUGH = 6, 3
_LEAST = 0.15
_PLACES = 240
_PARTS = 4


@dataclass(frozen=True)
class _Side:
    """Places along one side, and the direction into the sector there."""

    x_K: NDArray[np.float32]
    y_K: NDArray[np.float32]
    inward: tuple[NDArray[np.float32] | float, NDArray[np.float32] | float]


def tighten(sector: Sector, grey_HW: NDArray[np.uint8]) -> Sector:
    """Move each side 4 pixels outward or 12 inward at most, to where half as much echo is seen as further in.

    Both edges of a sector may turn a little as well. A side in the dark, with nothing to go by, stays.

    Args:
        sector: in source pixels.
        grey_HW: uint8 picture.
    """
    background = background_levels(grey_HW, _CLEAR)
    sides = _sides(sector)
    seen = {name: _clear(side, sector, grey_HW, background) for name, side in sides.items()}
    moves = {name: _first(clear_KD) or 0.0 for name, (clear_KD, _) in seen.items()}
    x0, y0, x1, y1 = sector.box
    box = (x0 + moves["x0"], y0 + moves["y0"], x1 - moves["x1"], y1 - moves["y1"])
    if sector.apex is None:
        return replace(sector, box=box)
    radii = (max(0.0, sector.radii[0] + moves["inner"]), sector.radii[1] - moves["outer"])
    left, right = (
        _moved_edge(sector, angle, sign, seen[name])
        for angle, sign, name in ((sector.angles[0], 1, "left"), (sector.angles[1], -1, "right"))
    )
    return _between(replace(sector, box=box, radii=radii), left, right)


def _sides(sector: Sector) -> dict[str, _Side]:
    x0, y0, x1, y1 = sector.box
    x_K, y_K = (np.linspace(a, b, _PLACES, dtype=np.float32) for a, b in ((x0, x1), (y0, y1)))
    sides = {
        "x0": _Side(np.full_like(y_K, x0), y_K, (1.0, 0.0)),
        "x1": _Side(np.full_like(y_K, x1), y_K, (-1.0, 0.0)),
        "y0": _Side(x_K, np.full_like(x_K, y0), (0.0, 1.0)),
        "y1": _Side(x_K, np.full_like(x_K, y1), (0.0, -1.0)),
    }
    if sector.apex is None:
        return sides
    (inner, outer), (left, right) = sector.radii, sector.angles
    angle_K = np.linspace(left, right, _PLACES, dtype=np.float32)
    radius_K = np.linspace(inner, outer, _PLACES, dtype=np.float32)
    return sides | {
        "inner": _arc(sector.apex, inner, angle_K, 1),
        "outer": _arc(sector.apex, outer, angle_K, -1),
        "left": _edge(sector.apex, radius_K, left, 1),
        "right": _edge(sector.apex, radius_K, right, -1),
    }


def _arc(apex: tuple[float, float], radius: float, angle_K: NDArray[np.float32], sign: int) -> _Side:
    sine_K, cosine_K = np.sin(angle_K), np.cos(angle_K)
    x_K, y_K = (
        (apex[0] + radius * sine_K).astype(np.float32),
        (apex[1] + radius * cosine_K).astype(np.float32),
    )
    return _Side(x_K, y_K, (sign * sine_K, sign * cosine_K))


def _edge(apex: tuple[float, float], radius_K: NDArray[np.float32], angle: float, sign: int) -> _Side:
    sine, cosine = math.sin(angle), math.cos(angle)
    x_K, y_K = (
        (apex[0] + radius_K * sine).astype(np.float32),
        (apex[1] + radius_K * cosine).astype(np.float32),
    )
    return _Side(x_K, y_K, (sign * cosine, -sign * sine))


def _clear(
    side: _Side, sector: Sector, grey_HW: NDArray[np.uint8], background: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Where along and across a side the picture is rough and no background, bool (K, D), and which K.

    Places near a corner, where another side could be meant, are left out.
    """
    depth_D = np.arange(-_OUTWARD, 2 * _INWARD, dtype=np.float32)
    across_x, across_y = (np.asarray(part, dtype=np.float32).reshape(-1, 1) for part in side.inward)
    x_KD, y_KD = side.x_K[:, None] + across_x * depth_D, side.y_K[:, None] + across_y * depth_D
    deep = _OUTWARD + _INWARD
    telling_K = depths(as_numbers([sector]), x_KD[:, deep], y_KD[:, deep])[0] >= _INWARD / 2
    places = np.flatnonzero(telling_K)
    x_KD, y_KD = x_KD[places], y_KD[places]
    height, width = grey_HW.shape
    rows, columns = np.rint(y_KD).astype(np.intp), np.rint(x_KD).astype(np.intp)
    within_KD = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    rows, columns = rows.clip(0, height - 1), columns.clip(1, width - 2)
    left_KD, grey_KD, right_KD = (grey_HW[rows, columns + by] for by in (-1, 0, 1))
    highest_KD = np.maximum(np.maximum(left_KD, grey_KD), right_KD)
    rough_KD = highest_KD - np.minimum(np.minimum(left_KD, grey_KD), right_KD) >= _ROUGH
    return np.asarray(within_KD & rough_KD & ~background[grey_KD]), places


def _first(clear_KD: NDArray[np.bool_]) -> float | None:
    """The depth at which echoes begin; ``None`` where that cannot be told."""
    if len(clear_KD) == 0:
        return None
    share_D = clear_KD.mean(axis=0)
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
    clear_KD, places = seen
    parts = zip(np.array_split(clear_KD, _PARTS), np.array_split(places, _PARTS), strict=True)
    told = [(float(at.mean()), move) for part, at in parts if (move := _first(part)) is not None]
    moves = [move for _, move in told]
    if len(told) < _PARTS - 1 or max(moves) - min(moves) > _INWARD / 2:
        return angle, _first(clear_KD) or 0.0
    inner, outer = sector.radii
    radii = [inner + (outer - inner) * at / (_PLACES - 1) for at, _ in told]
    slope, start = np.polyfit(radii, moves, 1)
    return angle + sign * math.atan(float(slope)), float(start)


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
