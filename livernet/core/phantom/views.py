"""Habitus of a patient, and the standard views in which the liver is scanned."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from livernet.core.phantom.fields import Field, Plane
from livernet.core.phantom.vessels import Vessel, cut_across, grow

VIEWS = ("intercostal", "hepatorenal", "gallbladder", "epigastric")


@dataclass(frozen=True, kw_only=True)
class Habitus:
    """The build of a patient, shared by all his images."""

    skin_mm: float
    """Thickness of the skin."""
    wall_mm: float
    """From the skin to the liver's capsule."""
    muscle_mm: float
    """Of these, the muscle."""
    steatosis: float
    """Fat content of the liver, 0..1; has nothing to do with the stage."""
    size: float
    """Of the body, about 1."""


def draw_habitus(rng: np.random.Generator) -> Habitus:
    """A build; abdominal fat from slim to obese, one liver in three with fat."""
    muscle = rng.uniform(5.0, 10.0)
    fat = float(np.clip(rng.gamma(4.0, 2.2), 3.0, 24.0))
    steatosis = rng.uniform(0.2, 1.0) if rng.random() < 0.35 else rng.uniform(0.0, 0.15)
    return Habitus(
        skin_mm=rng.uniform(1.4, 2.2),
        wall_mm=muscle + fat,
        muscle_mm=muscle,
        steatosis=float(steatosis),
        size=float(np.clip(rng.normal(1.0, 0.06), 0.85, 1.15)),
    )


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """An ellipse on the scan plane; a circle where both half axes agree."""

    centre: tuple[float, float]
    """x, z in mm."""
    axes: tuple[float, float]
    """Half axes in mm: along the first direction, across it."""
    turn: float = 0.0
    """Of the first axis against x, radians."""
    pear: float = 0.0
    """How much wider it is at the far end of its first axis than at the near one."""

    def local(self, x: Field, z: Field) -> tuple[Field, Field]:
        """Coordinates in which the ellipse is the unit circle."""
        dx, dz = x - np.float32(self.centre[0]), z - np.float32(self.centre[1])
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        along = ((dx * c + dz * s) / np.float32(self.axes[0])).astype(np.float32)
        across = ((dz * c - dx * s) / np.float32(self.axes[1])).astype(np.float32)
        return along, across / (1 + np.float32(self.pear) * np.clip(along, -1, 1))

    def inside_mm(self, x: Field, z: Field) -> Field:
        """Distance to the outline, positive inside; exact for a circle, good near the line of an ellipse."""
        u, v = self.local(x, z)
        radius = np.hypot(u, v) + np.float32(1e-6)
        steep = np.hypot(u / np.float32(self.axes[0]), v / np.float32(self.axes[1])) + np.float32(1e-9)
        distance: Field = (1 - radius) * radius / steep
        return distance

    def incidence(self, x: Field, z: Field, beam: Field) -> Field:
        """How squarely a ``beam`` (its arc on the face, mm) meets the outline: 1 head on, 0 grazing."""
        dx, dz = x - np.float32(self.centre[0]), z - np.float32(self.centre[1])
        length = np.hypot(dx, dz) + np.float32(1e-6)
        slope = beam / np.float32(70.0)
        squarely: Field = np.abs((dx * np.sin(slope) + dz * np.cos(slope)) / length)
        return squarely


@dataclass(frozen=True, kw_only=True)
class View:
    """What one picture shows, and where."""

    name: str
    """One of ``VIEWS``."""
    diaphragm: Ellipse
    """The liver lies inside."""
    visceral: Ellipse
    """The liver lies outside; kidney, bowel and fat inside."""
    kidney: Ellipse | None
    """Where the view shows it."""
    gallbladder: Ellipse | None
    """Where the view shows it."""
    ribs: tuple[tuple[float, float], ...]
    """Angle and half width of each, radians."""
    lost_side: float
    """Contact lost at one edge: sign is the side, size the part of the half angle."""
    gas: float
    """How much bowel gas, 0..1."""
    mirror_db: float
    """Brightness of the haze beyond the diaphragm, dB."""
    vessels: list[Vessel]
    """Portal and hepatic veins."""

    def organs(self) -> list[Ellipse]:
        """Kidney and gallbladder, where shown."""
        return [organ for organ in (self.kidney, self.gallbladder) if organ is not None]


def draw_view(
    rng: np.random.Generator, name: str, habitus: Habitus, *, plane: Plane, half_angle: float, reach: float
) -> View:
    """One view of a patient, every landmark moved a little; ``reach`` 0..1 is how far out veins are seen."""
    size = habitus.size * plane.depth_mm / 150.0

    def near(x: float, z: float, spread: float = 5.0) -> tuple[float, float]:
        return x * size + rng.normal(0, spread), z * size + rng.normal(0, spread)

    epigastric = name == "epigastric"
    dome, dome_radius = (near(0, 32), 78.0) if epigastric else (near(14, 62), 80.0)
    cut, cut_radius = (near(92, 92), 62.0) if epigastric else (near(92, 128), 62.0)
    kidney = gallbladder = None
    if name == "hepatorenal":
        at = near(48, 104, 4.0)
        kidney = Ellipse(centre=at, axes=(46 * size, 21 * size), turn=rng.normal(-0.45, 0.15))
    if name == "gallbladder":
        length = rng.uniform(16, 30)
        kind = (length * size, length * size * rng.uniform(0.38, 0.55))
        gallbladder = Ellipse(
            centre=near(30, 84, 5.0), axes=kind, turn=rng.normal(-0.6, 0.35), pear=rng.uniform(0.1, 0.5)
        )
    ribs = ((float(rng.choice((-1, 1)) * rng.uniform(0.6, 0.95) * half_angle), rng.uniform(0.05, 0.1)),)
    return View(
        name=name,
        diaphragm=Ellipse(
            centre=dome, axes=(dome_radius * size, dome_radius * size * rng.uniform(0.92, 1.05))
        ),
        visceral=Ellipse(centre=cut, axes=(cut_radius * size, cut_radius * size)),
        kidney=kidney,
        gallbladder=gallbladder,
        ribs=ribs if rng.random() < (0.15 if epigastric else 0.4) else (),
        lost_side=float(rng.choice((-1, 1)) * max(0.0, rng.uniform(-0.5, 0.55))),
        gas=rng.uniform(0.0, 0.7),
        mirror_db=rng.uniform(-14.0, 1.0),
        vessels=_draw_vessels(rng, near, plane, reach, epigastric=epigastric),
    )


def _draw_vessels(
    rng: np.random.Generator,
    near: Callable[[float, float, float], tuple[float, float]],
    plane: Plane,
    reach: float,
    *,
    epigastric: bool,
) -> list[Vessel]:
    """A hepatic vein rising from the deep confluence, a portal tree from the hilum, small ones cut across."""
    found = cut_across(rng, plane, int(rng.integers(6, 16)), reach)
    hilum, confluence = (
        (near(12, 62, 8.0), near(-12, 78, 8.0)) if epigastric else (near(18, 84, 8.0), near(-6, 112, 8.0))
    )
    if rng.random() < 0.75:
        found += grow(rng, hilum, rng.uniform(-2.9, -1.6), rng.uniform(2.2, 4.2), reach=0.75, portal=True)
    if rng.random() < 0.75:
        width = rng.uniform(2.2, 4.2) * (0.55 + 0.45 * reach)
        found += grow(rng, confluence, rng.uniform(-2.6, -0.9), width, reach=reach, portal=False)
    return found
