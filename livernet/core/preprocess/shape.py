"""The parametric shape of an ultrasound picture: an annular sector, or a rectangle, cut by a box.

Convex, phased (inner radius near 0), trapezoid and cut-off pictures are all sectors with a box; a linear
probe's picture is the box alone. Coordinates are pixels, x right, y down, pixel centres at whole numbers.
Shape suffixes: H, W picture height and width.
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
        height, width = shape
        x0, y0, x1, y1 = self.box
        x_1W = np.arange(width, dtype=np.float32)[None, :]
        y_H1 = np.arange(height, dtype=np.float32)[:, None]
        across_1W = (x_1W >= x0 + margin) & (x_1W <= x1 - margin)
        down_H1 = (y_H1 >= y0 + margin) & (y_H1 <= y1 - margin)
        inside_HW: NDArray[np.bool_] = across_1W & down_H1
        if self.apex is None:
            return inside_HW
        x_1W, y_H1 = x_1W - np.float32(self.apex[0]), y_H1 - np.float32(self.apex[1])
        inner, outer = self.radii
        squared_HW = x_1W**2 + y_H1**2
        inside_HW &= squared_HW <= max(outer - margin, 0.0) ** 2
        if inner > 0:
            inside_HW &= squared_HW >= (inner + margin) ** 2
        left, right = self.angles
        # signed distance to each edge line, positive inside
        inside_HW &= x_1W * np.float32(math.cos(left)) - y_H1 * np.float32(math.sin(left)) >= margin
        inside_HW &= y_H1 * np.float32(math.sin(right)) - x_1W * np.float32(math.cos(right)) >= margin
        return inside_HW

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
