"""The last pixels of the fit: each side of a sector is moved to where echoes begin at full resolution.

The fit works on cells of a few pixels, and JPEG rings around an edge; both leave a rim of console inside.
Shape suffixes: H, W picture height and width; N thinned pixels around the sector.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.echo import background_levels
from livernet.core.preprocess.shape import Sector

_OUTWARD, _INWARD = 4, 12
_CLEAR = 6
_LEAST = 0.15
_ROUGH = 3


def tighten(sector: Sector, grey_HW: NDArray[np.uint8]) -> Sector:
    """Move each side 4 pixels outward or 12 inward at most, to where half as much echo is seen as further in.

    A side in the dark, where there is nothing to go by, stays.

    Args:
        sector: in source pixels.
        grey_HW: uint8 picture.
    """
    height, width = grey_HW.shape
    thin = 2 if height * width > 250_000 else 1
    y_N, x_N = (axis.ravel().astype(np.float32) for axis in np.mgrid[0:height:thin, 0:width:thin])
    depths = _depths(sector, x_N, y_N)
    inside_N = np.minimum.reduce(list(depths.values()))
    rim_N = (inside_N >= -_OUTWARD) & (inside_N < 2 * _INWARD)
    depths = {name: depth_N[rim_N] for name, depth_N in depths.items()}
    rows, columns = y_N[rim_N].astype(np.intp), x_N[rim_N].astype(np.intp)
    around_3N = grey_HW[rows, np.clip(columns + np.array([[-1], [0], [1]]), 0, width - 1)]
    clear_N = ~background_levels(grey_HW, _CLEAR)[around_3N[1]] & (np.ptp(around_3N, axis=0) >= _ROUGH)
    return _moved(sector, {name: _move(name, depths, clear_N) for name in depths})


def _depths(
    sector: Sector, x_N: NDArray[np.float32], y_N: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """The distance of every pixel from each side, positive inside."""
    x0, y0, x1, y1 = (np.float32(side) for side in sector.box)
    depths = {"x0": x_N - x0, "y0": y_N - y0, "x1": x1 - x_N, "y1": y1 - y_N}
    if sector.apex is None:
        return depths
    x_N, y_N = x_N - np.float32(sector.apex[0]), y_N - np.float32(sector.apex[1])
    left, right = sector.angles
    radius_N = np.hypot(x_N, y_N)
    return depths | {
        "inner": radius_N - np.float32(sector.radii[0]),
        "outer": np.float32(sector.radii[1]) - radius_N,
        "left": x_N * np.float32(math.cos(left)) - y_N * np.float32(math.sin(left)),
        "right": y_N * np.float32(math.sin(right)) - x_N * np.float32(math.cos(right)),
    }


def _move(name: str, depths: dict[str, NDArray[np.float32]], clear_N: NDArray[np.bool_]) -> float:
    """How far inward a side moves, in pixels; negative for outward."""
    others_N = np.minimum.reduce([depth_N for other, depth_N in depths.items() if other != name])
    along_N = (others_N >= _INWARD / 2) & (depths[name] < 2 * _INWARD)
    ring_N = np.floor(depths[name][along_N] + _OUTWARD).astype(np.int64)
    whole = np.bincount(ring_N, minlength=_OUTWARD + 2 * _INWARD)
    share = np.bincount(ring_N[clear_N[along_N]], minlength=len(whole)) / np.maximum(whole, 1)
    reference = float(share[_OUTWARD + _INWARD // 2 :].mean())
    if reference < _LEAST:
        return 0.0
    first = int(np.argmax(share >= 0.5 * reference))
    # echoes, or a neighbouring panel, right from the first ring: no end in sight, so the fit stands
    return float(first - _OUTWARD) if 0 < first <= _OUTWARD + _INWARD else 0.0


def _moved(sector: Sector, moves: dict[str, float]) -> Sector:
    x0, y0, x1, y1 = sector.box
    box = (x0 + moves["x0"], y0 + moves["y0"], x1 - moves["x1"], y1 - moves["y1"])
    if sector.apex is None:
        return replace(sector, box=box)
    radii = (max(0.0, sector.radii[0] + moves["inner"]), sector.radii[1] - moves["outer"])
    # both edges shifted inward meet again at an apex of their own
    left, right = sector.angles
    a = np.array([[math.cos(left), -math.sin(left)], [-math.cos(right), math.sin(right)]])
    shift_x, shift_y = np.linalg.solve(a, [moves["left"], moves["right"]])
    x, y = sector.apex
    return replace(
        sector,
        box=box,
        apex=(x + float(shift_x), y + float(shift_y)),
        radii=(max(0.0, radii[0] - float(shift_y)), radii[1] - float(shift_y)),
    )
