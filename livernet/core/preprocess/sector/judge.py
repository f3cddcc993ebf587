"""How well sectors hold a region of echoes: many candidates measured at once.

Echoes are summed along rows beforehand, so that what a candidate holds of a row takes two look-ups.
Shape suffixes: h, w the coarse grid of :mod:`echo`; M ends of the outline; C candidates; R rows of cells.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Echo
from livernet.core.preprocess.sector.numbers import Numbers, as_sector, depths, spans
from livernet.core.preprocess.sector.outline import Outline
from livernet.core.preprocess.sector.shape import Sector

_WITHIN = 0.6
_ON = 1.6
_ENDS = 3
_DRAWN, _MOST_DRAWN = 0.03, 0.4

Value = TypeVar("Value", float, NDArray[np.float64])


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
    drawn: float = 0.0
    """Cells of writing, ticks or other strokes inside, away from the echoes."""

    @property
    def confidence(self) -> float:
        """How far the sector is to be trusted, 0..1."""
        return min(1.0, max(0.0, (self.score - 0.5) / 1.9))

    @property
    def score(self) -> float:
        """What candidates are compared by; 2.6 at best."""
        return float(_score(self.leak, self.coverage, self.edges, self.symmetry, self.drawn))


@dataclass(frozen=True)
class Fits:
    """Candidates and what speaks for each, as in :class:`Fit`: arrays (C,)."""

    shapes_C10: Numbers
    leak_C: NDArray[np.float64]
    coverage_C: NDArray[np.float64]
    edges_C: NDArray[np.float64]
    symmetry_C: NDArray[np.float64]
    drawn_C: NDArray[np.float64]

    @property
    def scores(self) -> NDArray[np.float64]:
        """The score of each: float64 (C,)."""
        return _score(self.leak_C, self.coverage_C, self.edges_C, self.symmetry_C, self.drawn_C)

    def __getitem__(self, k: int) -> Fit:
        """One of them."""
        return Fit(
            sector=as_sector(self.shapes_C10[k]),
            leak=float(self.leak_C[k]),
            coverage=float(self.coverage_C[k]),
            edges=float(self.edges_C[k]),
            symmetry=float(self.symmetry_C[k]),
            drawn=float(self.drawn_C[k]),
        )


class Judge:
    """A region and its outline, thinned so that a candidate costs little."""

    def __init__(self, echo: Echo, outline: Outline, rows: int) -> None:
        """``rows`` is about how many rows of cells are looked at."""
        thin = max(1, echo.region_hw.shape[0] // rows)
        self._echoes = _Sums(echo.region_hw, np.arange(thin // 2, echo.region_hw.shape[0], thin))
        self._drawn_hw = echo.drawn_hw
        x_M, y_M = outline.points
        step = max(1, len(x_M) // (_ENDS * rows))
        self._x_M, self._y_M = x_M[::step], y_M[::step]

    @cached_property
    def _drawn(self) -> "_Sums":
        return _Sums(self._drawn_hw, np.flatnonzero(self._drawn_hw.any(axis=1)))

    def fits(self, shapes_C10: Numbers, *, strokes: bool = True) -> Fits:
        """What speaks for each of the candidates; without ``strokes`` nothing drawn counts."""
        held_C, area_C = self._echoes.within(shapes_C10, _WITHIN)
        drawn_C = self._drawn.within(shapes_C10, -_WITHIN)[0] if strokes else np.zeros(len(shapes_C10))
        opening_2C = np.stack([-shapes_C10[:, 2], shapes_C10[:, 3]]).astype(np.float64)
        angle_2C = np.arctan(opening_2C)
        on_CM = np.abs(depths(shapes_C10, self._x_M, self._y_M)) <= _ON
        return Fits(
            shapes_C10,
            leak_C=1 - held_C / max(1, self._echoes.total),
            coverage_C=held_C / np.maximum(1, area_C),
            edges_C=np.count_nonzero(on_CM, axis=1) / max(1, on_CM.shape[1]),
            symmetry_C=np.maximum(0.0, angle_2C.min(axis=0) / angle_2C.max(axis=0)),
            drawn_C=drawn_C.astype(np.float64),
        )


class _Sums:
    """True cells of some rows, summed from the left: those of any piece of a row are a difference."""

    def __init__(self, cells_hw: NDArray[np.bool_], rows_R: NDArray[np.intp]) -> None:
        self._y_R = rows_R.astype(np.float32)
        self._width = cells_hw.shape[1]
        sums_RW = np.zeros((len(rows_R), self._width + 1), dtype=np.int32)
        np.cumsum(cells_hw[rows_R], axis=1, out=sums_RW[:, 1:])
        self.total = int(sums_RW[:, -1].sum())
        self._sums = sums_RW.ravel()
        self._row_R = np.arange(len(rows_R)) * (self._width + 1)

    def within(self, shapes_C10: Numbers, grown: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """True cells, and all cells, of the rows in each sector."""
        if len(self._y_R) == 0:
            none_C = np.zeros(len(shapes_C10), dtype=np.intp)
            return none_C, none_C
        start_CR, end_CR, hole_CR, behind_CR = spans(shapes_C10, self._y_R, self._width, grown)
        area_CR = end_CR - start_CR - (behind_CR - hole_CR)
        end, start, behind, hole = (
            self._sums[at_CR + self._row_R] for at_CR in (end_CR, start_CR, behind_CR, hole_CR)
        )
        return (end - start - (behind - hole)).sum(axis=1), area_CR.sum(axis=1)


def _score(leak: Value, coverage: Value, edges: Value, symmetry: Value, drawn: Value) -> Value:
    score: Value = coverage - 10 * leak + 0.8 * (edges + symmetry) - np.minimum(_MOST_DRAWN, _DRAWN * drawn)
    return score
