"""Random fields on the scan plane, in millimetres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Field = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A rectangle of the body under the probe: x to the right, z down from the middle of its face."""

    half_width_mm: float
    """The plane reaches from -half_width to +half_width."""
    depth_mm: float
    """The plane reaches from ``MARGIN_MM`` above the probe's face to this depth."""

    def rows(self, step_mm: float) -> tuple[int, int]:
        """Size (rows, columns) of a lattice of this step over the plane."""
        return (
            int(np.ceil((self.depth_mm + 2 * MARGIN_MM) / step_mm)) + 1,
            int(np.ceil(2 * self.half_width_mm / step_mm)) + 1,
        )

    def sample(self, lattice: Field, step_mm: float, x: Field, z: Field) -> Field:
        """The lattice read at the points (x, z), in mm, with linear interpolation; same shape as ``x``."""
        at = np.stack([(z + MARGIN_MM) / step_mm, (x + self.half_width_mm) / step_mm])
        read: Field = ndimage.map_coordinates(lattice, at, order=1, mode="nearest", output=np.float32)
        return read


MARGIN_MM = 12.0


def smooth_field(rng: np.random.Generator, plane: Plane, length_mm: float, x: Field, z: Field) -> Field:
    """A Gaussian random field, zero mean and unit variance, correlated over ``length_mm``, at (x, z)."""
    step = max(0.4, length_mm / 2.5)
    white = rng.standard_normal(plane.rows(step), dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, length_mm / step / 1.4, mode="wrap")
    smooth /= smooth.std() + 1e-6
    return plane.sample(smooth, step, x, z)


def ridges(field: Field, width: float) -> Field:
    """1 on the zero lines of a unit field, falling off over ``width``: a net of thin walls between cells."""
    walls: Field = np.exp(-np.square(field / np.float32(width)))
    return walls


def wave(rng: np.random.Generator, at: Field, length_mm: float, terms: int = 4) -> Field:
    """A smooth random curve of unit variance along ``at`` (mm), of wavelengths around ``length_mm``."""
    total = np.zeros_like(at)
    for _ in range(terms):
        period = length_mm * rng.uniform(0.6, 1.7)
        total += np.sin(at * np.float32(2 * np.pi / period) + np.float32(rng.uniform(0, 2 * np.pi)))
    return total * np.float32(np.sqrt(2 / terms))
