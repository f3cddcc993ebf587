"""How well sectors hold a region of echoes: many candidates measured at once.

Shape suffixes: h, w the coarse grid of :mod:`echo`; N points; M ends of the outline; C candidates; B boxes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Echo
from livernet.core.preprocess.sector.outline import Outline
from livernet.core.preprocess.sector.shape import Sector

_WITHIN = 0.6
_ON = 1.6
_ENDS = 300
_DRAWN, _MOST_DRAWN = 0.03, 0.4


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
    """Share of the region's outline that lies on the sector's, 0..1."""
    symmetry: float
    """1 where both edges open equally, towards 0 where they do not."""
    drawn: int = 0
    """Cells of writing, ticks or other strokes inside, away from the echoes."""

    @property
    def confidence(self) -> float:
        """How far the sector is to be trusted, 0..1."""
        return min(1.0, max(0.0, (self.score - 0.5) / 1.9))

    @property
    def score(self) -> float:
        """What candidates are compared by; 2.6 at best."""
        drawn = min(_MOST_DRAWN, _DRAWN * self.drawn)
        return self.coverage - 10 * self.leak + 0.8 * self.edges + 0.8 * self.symmetry - drawn


class Judge:
    """A region and its outline as points, thinned so that a candidate costs little."""

    def __init__(self, echo: Echo, outline: Outline, points: int) -> None:
        region_hw = echo.region_hw
        height, width = region_hw.shape
        thin = max(1, round(math.sqrt(height * width / points)))
        echo_hw = region_hw[thin // 2 :: thin, thin // 2 :: thin]
        y_N, x_N = np.indices(echo_hw.shape, dtype=np.float32)
        self._x_N, self._y_N = x_N.ravel() * thin + thin // 2, y_N.ravel() * thin + thin // 2
        self._echo_N = echo_hw.ravel()
        x_M, y_M = outline.points
        step = max(1, len(x_M) // _ENDS)
        self._x_M, self._y_M = x_M[::step], y_M[::step]
        y_D, x_D = np.nonzero(echo.drawn_hw)
        self._x_D, self._y_D = x_D.astype(np.float32), y_D.astype(np.float32)

    def fits(self, sectors: Sequence[Sector]) -> list[Fit]:
        """What speaks for each of the candidates."""
        if not sectors:
            return []
        inside_CN = depths(sectors, self._x_N, self._y_N) >= -_WITHIN
        held_C = np.count_nonzero(inside_CN & self._echo_N, axis=1)
        area_C = np.maximum(1, np.count_nonzero(inside_CN, axis=1))
        on_C = (np.abs(depths(sectors, self._x_M, self._y_M)) <= _ON).mean(axis=1)
        drawn_C = np.count_nonzero(depths(sectors, self._x_D, self._y_D) > _WITHIN, axis=1)
        echoes = max(1, int(np.count_nonzero(self._echo_N)))
        return [
            Fit(
                sector=sector,
                leak=float(1 - held / echoes),
                coverage=float(held / area),
                edges=float(on),
                symmetry=_symmetry(sector),
                drawn=int(drawn),
            )
            for sector, held, area, on, drawn in zip(sectors, held_C, area_C, on_C, drawn_C, strict=True)
        ]


def depths(
    sectors: Sequence[Sector], x_N: NDArray[np.float32], y_N: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The distance of points from the nearest side of each sector, positive inside: float32 (C, N)."""
    boxes = list(dict.fromkeys(s.box for s in sectors))  # few, and shared by many candidates
    x0_B1, y0_B1, x1_B1, y1_B1 = np.array(boxes, dtype=np.float32).T[:, :, None]
    depth_BN = np.minimum(x_N - x0_B1, x1_B1 - x_N)
    np.minimum(depth_BN, y_N - y0_B1, out=depth_BN)
    np.minimum(depth_BN, y1_B1 - y_N, out=depth_BN)
    depth_CN = depth_BN[[boxes.index(s.box) for s in sectors]]
    round_C = np.array([s.apex is not None for s in sectors])
    if round_C.all():
        np.minimum(depth_CN, _depths_in_wedge(sectors, x_N, y_N), out=depth_CN)
    elif round_C.any():
        chosen = [s for s in sectors if s.apex is not None]
        depth_CN[round_C] = np.minimum(depth_CN[round_C], _depths_in_wedge(chosen, x_N, y_N))
    return np.asarray(depth_CN)


def _depths_in_wedge(
    sectors: Sequence[Sector], x_N: NDArray[np.float32], y_N: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The distance from the nearest arc or edge; two arrays are worked on, since memory is what costs."""
    apex_C2 = np.array([s.apex for s in sectors], dtype=np.float32)
    dx_CN, dy_CN = x_N - apex_C2[:, :1], y_N - apex_C2[:, 1:]
    angle_C2 = np.array([s.angles for s in sectors], dtype=np.float32)
    sine_C2, cosine_C2 = np.sin(angle_C2), np.cos(angle_C2)
    inner_C1, outer_C1 = np.array([s.radii for s in sectors], dtype=np.float32).T[:, :, None]
    # a sector without inner arc reaches its apex
    inner_C1 = np.where(inner_C1 > 0, inner_C1, np.float32(-9))
    radius_CN, other_CN = dx_CN * dx_CN, dy_CN * dy_CN
    radius_CN += other_CN
    np.sqrt(radius_CN, out=radius_CN)
    depth_CN = radius_CN - inner_C1
    np.minimum(depth_CN, np.subtract(outer_C1, radius_CN, out=other_CN), out=depth_CN)
    left_CN = np.multiply(dx_CN, cosine_C2[:, :1], out=other_CN)
    left_CN -= np.multiply(dy_CN, sine_C2[:, :1], out=radius_CN)
    np.minimum(depth_CN, left_CN, out=depth_CN)
    right_CN = np.multiply(dy_CN, sine_C2[:, 1:], out=other_CN)
    right_CN -= np.multiply(dx_CN, cosine_C2[:, 1:], out=radius_CN)
    return np.asarray(np.minimum(depth_CN, right_CN, out=depth_CN))


def _symmetry(sector: Sector) -> float:
    if sector.apex is None:
        return 1.0
    left, right = -sector.angles[0], sector.angles[1]
    return max(0.0, min(left, right) / max(left, right))
