"""The parametric shape of an ultrasound picture: an annular sector, or a rectangle, cut by a box.

Convex, phased (inner radius near 0), trapezoid and cut-off pictures are all sectors with a box; a linear
probe's picture is the box alone. Coordinates are pixels, x right, y down, pixel centres at whole numbers.
Shape suffixes: H, W picture height and width; h, w those of the box; k columns around an end.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Sector:
    """Where echoes are: between two radii and two angles around an apex, and inside a box."""

    apex: tuple[float, float] | None
    """Centre (x, y) of both arcs, often outside the picture; ``None`` for a rectangle: the box alone."""
    radii: tuple[float, float]
    """Inner and outer radius in pixels; (0, 0) for a rectangle."""
    angles: tuple[float, float]
    """Left and right edge in radians from straight down, left negative; (0, 0) for a rectangle."""
    box: tuple[float, float, float, float]
    """Clip box (x0, y0, x1, y1), inclusive."""

    @property
    def kind(self) -> str:
        """``sector`` or ``rectangle``."""
        return "rectangle" if self.apex is None else "sector"

    def mask(self, shape: tuple[int, int], margin: float = 0.0) -> NDArray[np.bool_]:
        """The pixels of the shape, drawn in by ``margin`` pixels on every side: bool (H, W)."""
        x0, y0, x1, y1 = self.box
        inside_HW = np.zeros(shape, dtype=np.bool_)
        columns, rows = (
            slice(max(0, math.ceil(low + margin)), min(length, math.floor(high - margin) + 1))
            for low, high, length in ((x0, x1, shape[1]), (y0, y1, shape[0]))
        )
        if columns.start >= columns.stop or rows.start >= rows.stop:
            return inside_HW
        if self.apex is None:
            inside_HW[rows, columns] = True
            return inside_HW
        x_w = np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(self.apex[0])
        y_h1 = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - np.float32(self.apex[1])
        self._fill(inside_HW[rows, columns], (x_w, y_h1), margin)
        return inside_HW

    def _fill(
        self, inside_hw: NDArray[np.bool_], at: tuple[NDArray[np.float32], NDArray[np.float32]], margin: float
    ) -> None:
        """Set the pixels of the box, at x (w,) and y (h, 1) from the apex, that lie between arcs and edges.

        A row of them is one piece, or two beside the inner arc: only where pieces end, pixels are judged.
        """
        x_w, y_h1 = at
        near = 2 + int(self.radii[1] / 1000)
        if min(math.cos(angle) for angle in self.angles) < 0.05 or not 8 * near < len(x_w) < 2**15:
            inside_hw[:] = self._holds(x_w[None, :], y_h1, margin)
            return
        ends_h4 = np.concatenate(self._ends(y_h1.astype(np.float64), margin), axis=1)
        ends_h4 = np.ceil(ends_h4 - float(x_w[0])).clip(0, len(x_w)).astype(np.intp)
        column_w = np.arange(len(x_w), dtype=np.int16)
        first_h1, last_h1, hole_h1, behind_h1 = ends_h4.astype(np.int16).T[:, :, None]
        np.logical_and(column_w >= first_h1, column_w < last_h1, out=inside_hw)
        deep = int(np.flatnonzero(hole_h1 < behind_h1).max(initial=-1)) + 1
        inside_hw[:deep] &= (column_w < hole_h1[:deep]) | (column_w >= behind_h1[:deep])
        around_hk = (ends_h4[:, :, None] + np.arange(-near, near)).reshape(len(y_h1), -1)
        around_hk = around_hk.clip(0, len(x_w) - 1)
        rows_h1 = np.arange(len(y_h1))[:, None]
        inside_hw[rows_h1, around_hk] = self._holds(x_w[around_hk], y_h1, margin)

    def _ends(self, y_h1: NDArray[np.float64], margin: float) -> tuple[NDArray[np.float64], ...]:
        """Where rows of pixels begin and end, and where the hole does: four times float64 (h, 1)."""
        inner, outer = self.radii
        reach_h1, hole_h1 = (
            np.sqrt(np.maximum(radius**2 - y_h1**2, 0)) for radius in (max(outer - margin, 0), inner + margin)
        )
        if inner <= 0:
            hole_h1 = np.zeros_like(y_h1)
        left, right = self.angles
        first_h1 = np.maximum(-reach_h1, (y_h1 * math.sin(left) + margin) / math.cos(left))
        last_h1 = np.minimum(reach_h1, (y_h1 * math.sin(right) - margin) / math.cos(right))
        return first_h1, last_h1, -hole_h1, hole_h1

    def _holds(
        self, x_hw: NDArray[np.float32], y_hw: NDArray[np.float32], margin: float
    ) -> NDArray[np.bool_]:
        """Whether points, relative to the apex, lie between the arcs and the edges."""
        inner, outer = self.radii
        left, right = self.angles
        squared_hw = x_hw**2 + y_hw**2
        inside_hw = squared_hw <= max(outer - margin, 0.0) ** 2
        if inner > 0:
            inside_hw &= squared_hw >= (inner + margin) ** 2
        # signed distance to each edge line, positive inside
        inside_hw &= x_hw * np.float32(math.cos(left)) - y_hw * np.float32(math.sin(left)) >= margin
        inside_hw &= y_hw * np.float32(math.sin(right)) - x_hw * np.float32(math.cos(right)) >= margin
        return np.asarray(inside_hw)

    def scaled(self, factor: float) -> "Sector":
        """The same shape in a picture ``factor`` times as large, pixel blocks keeping their centres."""
        shift = (factor - 1) / 2
        apex = None if self.apex is None else (self.apex[0] * factor + shift, self.apex[1] * factor + shift)
        x0, y0, x1, y1 = self.box
        half = (factor - 1) / 2
        return replace(
            self,
            apex=apex,
            radii=(self.radii[0] * factor, self.radii[1] * factor),
            box=(x0 * factor, y0 * factor, x1 * factor + 2 * half, y1 * factor + 2 * half),
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values, pixels to 0.01 and angles to 0.0001 rad."""
        return {
            "kind": self.kind,
            "apex": None if self.apex is None else [round(v, 2) for v in self.apex],
            "radii": [round(v, 2) for v in self.radii],
            "angles": [round(v, 4) for v in self.angles],
            "box": [round(v, 2) for v in self.box],
        }
