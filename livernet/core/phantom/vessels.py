"""Vessels of the liver: veins that branch, and the small ones cut across."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from livernet.core.phantom.fields import MARGIN_MM, Field, Plane

STEP_MM = 0.3


@dataclass(frozen=True, kw_only=True)
class Vessel:
    """A tapering stretch of a vessel."""

    start: tuple[float, float]
    """x, z in mm."""
    end: tuple[float, float]
    """x, z in mm."""
    radius_mm: float
    """Half of the lumen at the start; it narrows by a fifth towards the end."""
    portal: bool
    """Portal branches have bright walls, hepatic veins none to speak of."""


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
    tree: list[Vessel] = []
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
    """Lumen and bright wall at the points (x, z), each 0..1 with soft edges."""
    lumen = _paint([(v, v.radius_mm) for v in vessels], plane)
    wall = _paint([(v, v.radius_mm + 0.5 + 0.2 * v.radius_mm) for v in vessels if v.portal], plane)
    lumen_at, wall_at = (plane.sample(lattice, STEP_MM, x, z) for lattice in (lumen, wall))
    return lumen_at, np.clip(wall_at - lumen_at, 0, 1)


def _paint(stretches: list[tuple[Vessel, float]], plane: Plane) -> Field:
    rows, columns = plane.rows(STEP_MM)
    canvas = Image.new("L", (columns, rows))
    pen = ImageDraw.Draw(canvas)

    def pixel(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] + plane.half_width_mm) / STEP_MM, (point[1] + MARGIN_MM) / STEP_MM

    for vessel, radius in stretches:
        (ax, ay), (bx, by) = pixel(vessel.start), pixel(vessel.end)
        for t in np.linspace(0.0, 1.0, 2 + int(np.hypot(bx - ax, by - ay) / 2)):
            x, y, r = ax + (bx - ax) * t, ay + (by - ay) * t, radius * (1 - 0.2 * t) / STEP_MM
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(canvas, np.float32) / 255
