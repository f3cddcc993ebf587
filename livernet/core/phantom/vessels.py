"""Vessels of the liver: veins that branch, and the small ones cut across."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from livernet.core.phantom.fields import MARGIN_MM, Field, Plane

STEP_MM = 0.3
WALL_MM = 1.1
"""A portal branch with its sheath is about this much wider than its lumen, on each side."""


@dataclass(frozen=True, kw_only=True)
class Vessel:
    """A tapering stretch of a vessel."""

    start: tuple[float, float]
    """x, z in mm."""
    end: tuple[float, float]
    """x, z in mm."""
    radius_mm: float
    """Half of the lumen at the start."""
    portal: bool
    """Portal branches have bright walls, hepatic veins none to speak of."""
    taper: float = 0.2
    """The part of the radius that is lost towards the end."""


def grow(
    rng: np.random.Generator,
    root: tuple[float, float],
    heading: float,
    radius_mm: float,
    *,
    reach: float,
    portal: bool,
) -> list[Vessel]:
    """A tree from ``root`` in direction ``heading`` (radians, 0 to the right, clockwise down).

    It ends where the lumen would be thinner than the ``reach`` (0..1) of the vessels allows to be seen.
    """
    thinnest = 0.8 + 1.6 * (1.0 - reach)
    pending = [(root, heading, radius_mm)]
    back = (root[0] - 4 * radius_mm * np.cos(heading), root[1] - 4 * radius_mm * np.sin(heading))
    tree = [Vessel(start=root, end=back, radius_mm=radius_mm, portal=portal, taper=0.9)]
    while pending and len(tree) < 60:
        at, course, radius = pending.pop(0)
        if radius < thinnest:
            continue
        for _ in range(int(rng.integers(2, 4))):
            course += rng.normal(0.0, 0.16)
            length = rng.uniform(2.2, 3.6) * (radius + 1.2)
            to = (at[0] + length * np.cos(course), at[1] + length * np.sin(course))
            tree.append(Vessel(start=at, end=to, radius_mm=radius, portal=portal))
            at, radius = to, radius * 0.92
        spread = rng.uniform(0.35, 0.75)
        pending += [(at, course + spread, radius * rng.uniform(0.6, 0.8))]
        pending += [(at, course - spread * rng.uniform(0.4, 1.0), radius * rng.uniform(0.6, 0.85))]
    return tree


def cut_across(rng: np.random.Generator, plane: Plane, count: int, reach: float) -> list[Vessel]:
    """Short stretches all over the plane: vessels that cross it."""
    found = []
    for _ in range(count):
        x, z = rng.uniform(-0.8, 0.8) * plane.half_width_mm, rng.uniform(0.15, 0.95) * plane.depth_mm
        course, length = rng.uniform(0, np.pi), rng.gamma(1.5, 2.0)
        radius = rng.uniform(0.8, 1.2) + rng.gamma(1.5, 0.5) * (0.4 + 0.6 * reach)
        to = (x + length * np.cos(course), z + length * np.sin(course))
        found.append(Vessel(start=(x, z), end=to, radius_mm=radius, portal=rng.random() < 0.5))
    return found


def draw(vessels: list[Vessel], plane: Plane, x: Field, z: Field) -> tuple[Field, Field]:
    """Lumen and bright wall at the points (x, z), each 0..1 with soft edges.

    A wall shines where the beam meets it squarely: it is the lumen moved up or down, so that walls along the
    beam stay dark.
    """
    lumen = plane.sample(_paint(vessels, plane), STEP_MM, x, z)
    portal = _paint([v for v in vessels if v.portal], plane)
    rim = [plane.sample(portal, STEP_MM, x, z + np.float32(shift)) for shift in (-WALL_MM, WALL_MM)]
    return lumen, np.clip(np.maximum(*rim) - lumen, 0, 1)


def draw_strokes(rng: np.random.Generator, plane: Plane, count: int, x: Field, z: Field) -> Field:
    """Short bright echoes of portal tracts too small to show a lumen, 0..1 at the points (x, z)."""
    strokes = []
    for _ in range(count):
        at = rng.uniform(-0.9, 0.9) * plane.half_width_mm, rng.uniform(0.05, 1.0) * plane.depth_mm
        course, length = rng.normal(0.0, 0.35) - at[0] / 130, rng.gamma(2.0, 1.1)
        to = (at[0] + length * np.cos(course), at[1] + length * np.sin(course))
        strokes.append(Vessel(start=at, end=to, radius_mm=rng.uniform(0.15, 0.45), portal=True))
    return plane.sample(_paint(strokes, plane), STEP_MM, x, z)


def _paint(vessels: list[Vessel], plane: Plane) -> Field:
    rows, columns = plane.rows(STEP_MM)
    canvas = Image.new("L", (columns, rows))
    pen = ImageDraw.Draw(canvas)

    def pixel(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] + plane.half_width_mm) / STEP_MM, (point[1] + MARGIN_MM) / STEP_MM

    for vessel in vessels:
        (ax, ay), (bx, by) = pixel(vessel.start), pixel(vessel.end)
        for t in np.linspace(0.0, 1.0, 2 + int(np.hypot(bx - ax, by - ay) / 2)):
            x, y, r = (
                ax + (bx - ax) * t,
                ay + (by - ay) * t,
                vessel.radius_mm * (1 - vessel.taper * t) / STEP_MM,
            )
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(canvas).astype(np.float32) / np.float32(255)
