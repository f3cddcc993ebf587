"""Geometry of a convex probe: beams, samples, and the sector on the screen."""

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.phantom.fields import Field

LINES = 320
SAMPLE_MM = 0.2


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A curved array and its settings."""

    radius_mm: float
    """Radius of curvature; abdominal arrays have 40 to 60 mm."""
    half_angle: float
    """Half of the field of view, radians."""
    frequency_mhz: float
    """Centre frequency."""
    f_number: float
    """Focal length over aperture."""
    focus_mm: float
    """Depth of the transmit focus."""
    depth_mm: float
    """Depth of the picture."""

    def beams(self) -> tuple[Field, Field, Field, Field]:
        """Angle (1, L), depth (S, 1) and position x, z (S, L) of the samples, in radians and mm."""
        angle_1L = np.linspace(-self.half_angle, self.half_angle, LINES, dtype=np.float32)[None, :]
        depth_S1 = np.arange(0, self.depth_mm + SAMPLE_MM, SAMPLE_MM, dtype=np.float32)[:, None]
        radius = depth_S1 + np.float32(self.radius_mm)
        return (
            angle_1L,
            depth_S1,
            radius * np.sin(angle_1L),
            radius * np.cos(angle_1L) - np.float32(self.radius_mm),
        )


@dataclass(frozen=True, kw_only=True)
class Sector:
    """Where the beams lie on the screen, in pixels and radians; angle 0 points straight down."""

    apex_x: float
    """Column of the centre of the two arcs."""
    apex_y: float
    """Row of the centre of the two arcs (usually above the screen's own sector, may be negative)."""
    inner_radius: float
    """The probe's face."""
    outer_radius: float
    """The deepest sample."""
    half_angle: float
    """The sector spans -half_angle .. +half_angle."""
    mm_per_px: float
    """Pixel spacing, the same in both directions."""
    viewport: tuple[int, int, int, int]
    """x0, y0, x1, y1 (exclusive): what lies outside is cut off."""

    @cached_property
    def polar(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Radius (px) and angle (radians) of every pixel centre of the viewport."""
        x0, y0, x1, y1 = self.viewport
        y, x = np.mgrid[y0:y1, x0:x1]
        return np.hypot(x - self.apex_x, y - self.apex_y), np.arctan2(x - self.apex_x, y - self.apex_y)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """The pixels of the viewport that lie between the arcs and the edges."""
        radius, angle = self.polar
        in_depth: NDArray[np.bool_] = (radius >= self.inner_radius) & (radius <= self.outer_radius)
        return in_depth & (np.abs(angle) <= self.half_angle)

    def to_screen(self, beams_SL: Field) -> Field:
        """Scan conversion: samples and beams (S, L) to the viewport's pixels, 0 outside the sector."""
        radius, angle = self.polar
        row = (radius - self.inner_radius) * self.mm_per_px / SAMPLE_MM
        column = (angle / self.half_angle + 1) / 2 * (beams_SL.shape[1] - 1)
        drawn: Field = ndimage.map_coordinates(
            beams_SL, [row, column], order=1, mode="nearest", output=np.float32
        )
        return np.where(self.inside, drawn, np.float32(0))

    def document(self) -> dict[str, object]:
        """The fields as plain values, for truth.json."""
        return {**asdict(self), "viewport": list(self.viewport)}


def fit_sector(probe: Probe, viewport: tuple[int, int, int, int], *, fill: float, shift_px: float) -> Sector:
    """The probe's sector placed under the top of a viewport, ``fill`` (about 1) of its height deep.

    A ``fill`` over 1 lets the bottom or the sides be cut off, as some consoles do; ``shift_px`` moves it
    sideways.
    """
    x0, y0, x1, y1 = viewport
    rise = probe.radius_mm * (1 - np.cos(probe.half_angle))
    scale = (probe.depth_mm + rise) / (fill * (y1 - y0))
    return Sector(
        apex_x=(x0 + x1) / 2 + shift_px,
        apex_y=y0 + 1 - probe.radius_mm * float(np.cos(probe.half_angle)) / scale,
        inner_radius=probe.radius_mm / scale,
        outer_radius=(probe.radius_mm + probe.depth_mm) / scale,
        half_angle=probe.half_angle,
        mm_per_px=float(scale),
        viewport=viewport,
    )
