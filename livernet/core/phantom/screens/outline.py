"""The exact outline of one picture on a screen, for every kind of probe.

Shape suffixes: H, W the screen; h, w the outline's box; S, L samples and beams.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.phantom.fields import Field
from livernet.core.phantom.scan import SAMPLE_MM, Probe

KINDS = ("convex", "cut", "phased", "trapezoid", "linear")
Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Between two arcs, two edges and inside a box; a rectangle where there is no apex. Angle 0 is down."""

    kind: str
    """One of ``KINDS``."""
    apex: tuple[float, float] | None
    """Centre x, y of both arcs in pixels; ``None`` for a linear probe."""
    radii: tuple[float, float]
    """Inner and outer, pixels; 0 for a linear probe."""
    half_angle: float
    """From the middle to either edge, radians."""
    box: Box
    """x0, y0, x1, y1 (exclusive); what lies outside is cut off."""
    mm_per_px: float
    """The same in both directions."""

    @cached_property
    def polar(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Radius (px) and angle (radians) of the box's pixel centres, (h, w); for sectors alone."""
        x0, y0, x1, y1 = self.box
        apex_x, apex_y = self.apex or (0.0, 0.0)
        y, x = np.mgrid[y0:y1, x0:x1]
        return np.hypot(x - apex_x, y - apex_y), np.arctan2(x - apex_x, y - apex_y)

    @cached_property
    def inside_hw(self) -> NDArray[np.bool_]:
        """Which pixels of the box show echoes, bool (h, w)."""
        x0, y0, x1, y1 = self.box
        if self.apex is None:
            return np.ones((y1 - y0, x1 - x0), np.bool_)
        radius, angle = self.polar
        inside: NDArray[np.bool_] = (radius >= self.radii[0]) & (radius <= self.radii[1])
        return inside & (np.abs(angle) <= self.half_angle)

    def to_screen(self, beams_SL: Field) -> Field:
        """Scan conversion: samples and beams (S, L) to the box's pixels (h, w), 0 outside."""
        x0, y0, x1, y1 = self.box
        lines = beams_SL.shape[1] - 1
        if self.apex is None:
            y, x = np.mgrid[0 : y1 - y0, 0 : x1 - x0].astype(np.float64)
            row, column = y * self.mm_per_px / SAMPLE_MM, x / (x1 - x0 - 1) * lines
        else:
            radius, angle = self.polar
            # a virtual convex probe has a flat face: each beam begins on the straight line at its top
            start = self.radii[0] / np.cos(angle) if self.kind == "trapezoid" else self.radii[0]
            row = (radius - start) * self.mm_per_px / SAMPLE_MM
            column = (angle / self.half_angle + 1) / 2 * lines
        drawn: Field = ndimage.map_coordinates(
            beams_SL, [row, column], order=1, mode="nearest", output=np.float32
        )
        return np.where(self.inside_hw, drawn, np.float32(0))

    def document(self) -> dict[str, Any]:
        """The fields as JSON values, for truth.json; :func:`inside_mask` draws them."""
        return {
            "kind": self.kind,
            "apex": None if self.apex is None else list(self.apex),
            "radii": list(self.radii),
            "half_angle": self.half_angle,
            "box": list(self.box),
            "mm_per_px": self.mm_per_px,
        }


def inside_mask(panel: dict[str, Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of a screen (H, W) that a panel of truth.json covers, bool (H, W)."""
    x0, y0, x1, y1 = (int(v) for v in panel["box"])
    apex = panel["apex"]
    outline = Outline(
        kind=panel["kind"], apex=None if apex is None else (apex[0], apex[1]),
        radii=(panel["radii"][0], panel["radii"][1]), half_angle=panel["half_angle"],
        box=(x0, y0, x1, y1), mm_per_px=panel["mm_per_px"],
    )  # fmt: skip
    mask_HW = np.zeros(shape, np.bool_)
    mask_HW[y0:y1, x0:x1] = outline.inside_hw
    return mask_HW


def place(kind: str, probe: Probe, window: Box, *, fill: float = 1.0, shift_px: float = 0.0) -> Outline:
    """A probe's picture under the top of a window.

    Args:
        kind: one of ``KINDS``.
        probe: its geometry; for ``linear`` a very large radius.
        window: x0, y0, x1, y1 where it may be drawn.
        fill: ``cut`` alone: over 1 it is deeper than the window, so that the bottom or the sides are cut.
        shift_px: sideways, as far as there is room.
    """
    x0, y0, x1, y1 = window
    width, height = x1 - x0 - 2, y1 - y0 - 2
    sine, cosine = float(np.sin(probe.half_angle)), float(np.cos(probe.half_angle))
    across_mm = 2 * (probe.radius_mm + probe.depth_mm) * sine
    rise_mm = probe.radius_mm * (1 - cosine)
    if kind == "linear":
        return _rectangle(probe, window)
    down_mm = probe.depth_mm + (0.0 if kind == "trapezoid" else rise_mm)
    if kind == "cut":
        scale = down_mm / (fill * height)
        room = 0.0
    else:
        scale = max(down_mm / height, across_mm / width)
        room = max(0.0, (width - across_mm / scale) / 2)
    centre = (x0 + x1) / 2 + float(np.clip(shift_px, -room, room) if kind != "cut" else shift_px)
    top = y0 + 1
    flat = kind == "trapezoid"
    apex_y = top - probe.radius_mm * (1.0 if flat else cosine) / scale
    return Outline(
        kind=kind, apex=(centre, apex_y),
        radii=(probe.radius_mm / scale, (probe.radius_mm + probe.depth_mm) / scale),
        half_angle=probe.half_angle, box=(x0, top if flat else y0, x1, y1), mm_per_px=float(scale),
    )  # fmt: skip


def _rectangle(probe: Probe, window: Box) -> Outline:
    x0, y0, x1, y1 = window
    across_mm = 2 * probe.radius_mm * float(np.sin(probe.half_angle))
    scale = max(probe.depth_mm / (y1 - y0 - 2), across_mm / (x1 - x0 - 2))
    width, height = int(across_mm / scale), int(probe.depth_mm / scale)
    left = (x0 + x1 - width) // 2
    return Outline(
        kind="linear", apex=None, radii=(0.0, 0.0), half_angle=0.0,
        box=(left, y0 + 1, left + width, y0 + 1 + height), mm_per_px=float(scale),
    )  # fmt: skip
