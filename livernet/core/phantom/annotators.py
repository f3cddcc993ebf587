"""Two people outline the same liver: smooth lines that differ a little."""

import numpy as np
from numpy.typing import NDArray

from livernet.core.phantom.fields import Field, Plane, smooth_field

WOBBLE_MM = (0.8, 1.4)
"""SD of each annotator's line about the true outline; the second is the less careful."""
BIAS_MM = (0.0, 0.8)
"""SD of how generous each is, drawn anew for every picture."""


def outline(
    rng: np.random.Generator,
    distance_HW: Field,
    inside_HW: NDArray[np.bool_],
    mm_per_px: float,
    annotator: int,
) -> NDArray[np.bool_]:
    """The mask (H, W) that annotator 0 or 1 draws of a liver; ``distance`` is in mm, positive inside."""
    rows, columns = distance_HW.shape
    z, x = np.mgrid[0:rows, 0:columns].astype(np.float32) * np.float32(mm_per_px)
    plane = Plane(half_width_mm=columns * mm_per_px, depth_mm=rows * mm_per_px)
    wobble = smooth_field(rng, plane, 14.0, x, z) * np.float32(WOBBLE_MM[annotator])
    shift = np.float32(rng.normal(0.0, 1.0) * BIAS_MM[annotator])
    drawn: NDArray[np.bool_] = (distance_HW + wobble + shift > 0) & inside_HW
    return drawn
