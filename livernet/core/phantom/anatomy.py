"""What lies under the probe: echo level, attenuation and the liver's outline at each sample of each beam."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.phantom.fibrosis import Traits
from livernet.core.phantom.fields import Field, Plane, ridges, smooth_field, wave
from livernet.core.phantom.scan import Probe
from livernet.core.phantom.tissue import Tissue, lookup
from livernet.core.phantom.vessels import draw, draw_strokes
from livernet.core.phantom.views import Ellipse, Habitus, View


@dataclass(frozen=True, kw_only=True)
class Body:
    """Maps over samples and beams, (S, L)."""

    level_SL: Field
    """Backscatter amplitude, dB relative to normal liver."""
    attenuation_SL: Field
    """dB/cm/MHz, one way."""
    coherent_SL: Field
    """0: scatterers of random phase; 1: a mirror."""
    liver_SL: Field
    """Distance to the liver's outline in mm, positive inside (vessels included, gallbladder not)."""


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Where the samples lie, and the random stream that fills them."""

    rng: np.random.Generator
    plane: Plane
    x: Field
    z: Field
    depth: Field
    arc: Field

    def field(self, length_mm: float) -> Field:
        return smooth_field(self.rng, self.plane, length_mm, self.x, self.z)

    def strands(self, length_mm: float, stretch: float) -> Field:
        """A field drawn out along the skin, as fat lobules and muscle fibres are."""
        along = self.arc / np.float32(stretch)
        return smooth_field(self.rng, self.plane, length_mm, along, np.broadcast_to(self.depth, along.shape))


@dataclass(frozen=True, kw_only=True)
class _Distances:
    """Distance in mm to each surface, (S, L), positive on the liver's side."""

    wall: Field
    diaphragm: Field
    visceral: Field
    liver: Field


def build_body(rng: np.random.Generator, probe: Probe, habitus: Habitus, traits: Traits, view: View) -> Body:
    """The maps of one scan; the same generator state gives the same maps."""
    angle_1L, depth_S1, x, z = probe.beams()
    plane = Plane(half_width_mm=float(np.abs(x).max()), depth_mm=float(z.max()))
    arc = np.broadcast_to(angle_1L * np.float32(probe.radius_mm + habitus.wall_mm), x.shape)
    grid = _Grid(rng=rng, plane=plane, x=x, z=z, depth=depth_S1, arc=arc)
    distances = _surfaces(grid, habitus, traits, view)
    label = _labels(grid, habitus, view, distances, angle_1L)
    level, attenuation = lookup(label)
    attenuation[label == Tissue.LIVER] = traits.attenuation
    level += _texture(grid, traits, label)
    coherent = np.zeros_like(level)
    _vessels(grid, view, label, level, attenuation)
    _mirrors(grid, view, distances, level, coherent)
    _gas(grid, view, label, level, attenuation)
    haze = np.float32(view.mirror_db) + distances.diaphragm * np.float32(0.18)
    level = np.where(label == Tissue.LUNG, level + haze, level)
    return Body(level_SL=level, attenuation_SL=attenuation, coherent_SL=coherent, liver_SL=distances.liver)


def _surfaces(grid: _Grid, habitus: Habitus, traits: Traits, view: View) -> _Distances:
    """Each surface bends smoothly and carries nodules; the liver is their rounded intersection."""
    nodules = grid.field(6.0) * np.float32(traits.nodularity_mm)
    bend = wave(grid.rng, grid.arc, 60.0) * np.float32(0.9)
    wall = grid.depth - np.float32(habitus.wall_mm) + bend + nodules
    dome = wave(grid.rng, grid.x - grid.z, 70.0) * np.float32(1.5)
    diaphragm = view.diaphragm.inside_mm(grid.x, grid.z) + dome
    visceral = -view.visceral.inside_mm(grid.x, grid.z) + wave(grid.rng, grid.x + grid.z, 40.0) * 2 + nodules
    # A smooth minimum rounds the edges where two surfaces meet; `blunting` is the radius of that rounding.
    soft = np.float32(traits.blunting_mm)
    nearest = np.minimum(np.minimum(wall, diaphragm), visceral)
    excess = sum(np.exp(-np.clip((d - nearest) / soft, 0, 30)) for d in (wall, diaphragm, visceral))
    liver = nearest - soft * np.log(excess) + soft * np.float32(0.02)
    for organ in view.organs():
        liver = np.minimum(liver, -organ.inside_mm(grid.x, grid.z))
    return _Distances(wall=wall, diaphragm=diaphragm, visceral=visceral, liver=liver)


def _labels(
    grid: _Grid, habitus: Habitus, view: View, distances: _Distances, angle_1L: Field
) -> NDArray[np.uint8]:
    label = np.full(grid.x.shape, Tissue.BEYOND, np.uint8)
    label[distances.liver > 0] = Tissue.LIVER
    if view.kidney is not None:
        _kidney(grid, view.kidney, label)
    if view.gallbladder is not None:
        label[view.gallbladder.inside_mm(grid.x, grid.z) > 0] = Tissue.BILE
    label[distances.diaphragm < -2.5] = Tissue.LUNG
    above = distances.wall
    label[above < 0] = Tissue.MUSCLE
    label[above < -habitus.muscle_mm] = Tissue.FAT
    label[np.broadcast_to(grid.depth, above.shape) < habitus.skin_mm] = Tissue.SKIN
    for rib, half_width in view.ribs:
        label[(np.abs(angle_1L - rib) < half_width) & (above < -2.0) & (above > -9.0)] = Tissue.BONE
    return label


def _kidney(grid: _Grid, kidney: Ellipse, label: NDArray[np.uint8]) -> None:
    across, along = kidney.local(grid.x, grid.z)
    ring, turn = np.hypot(across, along), np.arctan2(along, across)
    ring = ring + grid.field(6.0) * np.float32(0.08)
    label[ring < 1] = Tissue.CORTEX
    label[(ring < 0.78) & (np.cos(8 * turn) > 0.1)] = Tissue.PYRAMID
    label[ring < 0.48] = Tissue.SINUS


def _texture(grid: _Grid, traits: Traits, label: NDArray[np.uint8]) -> Field:
    """Variation of the echo level inside the tissues, dB."""
    liver = grid.field(traits.texture_mm) * np.float32(traits.texture_db) + np.float32(traits.level_db)
    net = ridges(grid.field(6.0), 0.25) * np.clip(grid.field(12.0) + 0.6, 0, 2)
    liver += net * np.float32(traits.septa_db)
    liver += grid.field(22.0) * np.float32(0.8)  # uneven fat: present at every stage
    strands = grid.strands(0.9, 5.0) * np.float32(3.0)
    strands += ridges(grid.strands(1.3, 22.0), 0.3) * np.float32(13.0)  # fascia
    other = grid.field(2.2) * np.float32(2.5) + grid.field(9.0) * np.float32(3.5)
    tracts = draw_strokes(grid.rng, grid.plane, int(grid.rng.integers(20, 110)), grid.x, grid.z)
    liver += tracts * np.float32(grid.rng.uniform(4.0, 9.0))
    bright_layers = np.isin(label, (Tissue.FAT, Tissue.MUSCLE, Tissue.SKIN))
    smooth = np.isin(label, (Tissue.BILE, Tissue.BONE))
    level = np.where(bright_layers, strands, other)
    level[smooth] = 0
    return np.where(label == Tissue.LIVER, liver, level)


def _vessels(grid: _Grid, view: View, label: NDArray[np.uint8], level: Field, attenuation: Field) -> None:
    lumen, wall = draw(view.vessels, grid.plane, grid.x, grid.z)
    inside = (label == Tissue.LIVER).astype(np.float32)
    # A vein leaves the scan plane here and there, and fades where it does.
    inside *= np.clip(grid.field(16.0) * 2 + np.float32(1.3), 0, 1)
    lumen, wall = lumen * inside, wall * inside
    blood, absorbs = lookup(np.full((1, 1), Tissue.BLOOD, np.uint8))
    level += lumen * (blood - level) + wall * np.float32(9.0)
    attenuation += lumen * (absorbs - attenuation)


def _mirrors(grid: _Grid, view: View, distances: _Distances, level: Field, coherent: Field) -> None:
    """Smooth interfaces; the diaphragm shines where the beam meets it squarely."""
    wall, dome = distances.wall, distances.diaphragm
    square = view.diaphragm.incidence(grid.x, grid.z, grid.arc)
    near_liver = np.clip(distances.visceral / 12 + 1.2, 0, 1) * (wall > 0)
    thick = np.clip(dome + 1.2, -4, 4) / np.float32(1.3)
    add = (
        np.exp(-np.square(thick))
        * near_liver
        * (2 + 15 * square**3)
        * np.clip(grid.field(18.0) * np.float32(0.3) + 1, 0.3, 1.3)
    )
    patchy = np.clip(grid.field(14.0) + np.float32(0.6), 0, 1.3)
    add += np.exp(-np.square(wall / 0.45)) * np.float32(9.0) * (distances.diaphragm > 0) * patchy
    add += np.exp(-np.square(distances.visceral / 0.7)) * np.float32(7.0) * (dome > 0) * (wall > 0) * patchy
    for organ in view.organs():
        add *= organ.inside_mm(grid.x, grid.z) < 0
        add += (
            np.exp(-np.square(organ.inside_mm(grid.x, grid.z) / 0.9))
            * np.float32(6.0)
            * (wall > 0)
            * (dome > 0)
        )
    level += np.where(level < -15, add * 3.0, add)
    coherent += np.clip(add / 30, 0, 0.5)


def _gas(grid: _Grid, view: View, label: NDArray[np.uint8], level: Field, attenuation: Field) -> None:
    """Bowel behind the liver: bright pockets that absorb what lies below them."""
    pocket = np.clip(grid.field(8.0) + grid.field(3.0) * np.float32(0.4) - np.float32(1.5 - view.gas), 0, 1)
    pocket = pocket * (label == Tissue.BEYOND)
    level += pocket * np.float32(9.0)
    attenuation += pocket * np.float32(2.5)
