"""What tells one ultrasound picture from another of the same scanner: its local contrast inside the sector.

Background, outline of the sector and the slow fall of brightness with depth are shared by all pictures of a
scanner, and gain and gamma change from copy to copy: all of them are taken away.
Shape suffixes: N thumbnails, S their side.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.floating[Any]]

_DARK = 3
"""Grey level up to which a pixel is background."""
_AROUND = 4.0
"""Standard deviation, in pixels, of the neighbourhood that a pixel is compared with."""
_SPECKLE = 0.7
"""Standard deviation of the blur that takes away what re-encoding changes."""
_OUTLINE = 3
"""Pixels along the edge of the sector that do not count."""
_FLAT = 0.1
"""Share of the picture's whole contrast below which local contrast is not raised: it would be noise."""


class Textures(NamedTuple):
    """Local contrast of thumbnails, in half precision and truth values while they are put aside."""

    contrast_NSS: Floats
    """Mean 0 inside the sector and 0 outside."""
    inside_NSS: NDArray[Any]
    """1 inside the sector, away from its outline; 0 elsewhere."""

    def pick(self, rows: NDArray[np.intp]) -> "Textures":
        """Those of some rows, both in single precision."""
        return Textures(*(part[rows].astype(np.float32) for part in self))


def textures(thumbnails_NSS: NDArray[np.uint8]) -> Textures:
    """Local contrast of thumbnails: (level - local mean) / local spread, weighted by the sector."""
    contrast_NSS, inside_NSS = _textures(thumbnails_NSS.astype(np.float32))
    return Textures(contrast_NSS.astype(np.float16), inside_NSS.astype(np.bool_))


def _textures(levels_NSS: Floats) -> tuple[Floats, Floats]:
    lit_NSS = (_blur((levels_NSS > _DARK).astype(np.float32), 2 * _SPECKLE) > 0.5).astype(np.float32)
    inside_NSS = ndimage.minimum_filter(
        lit_NSS, size=(1, 2 * _OUTLINE + 1, 2 * _OUTLINE + 1), mode="constant", cval=0.0
    )
    weight_NSS = _blur(lit_NSS, _AROUND) + 1e-3
    local_NSS = _blur((levels_NSS - _blur(levels_NSS * lit_NSS, _AROUND) / weight_NSS) * lit_NSS, _SPECKLE)
    power_NSS = local_NSS**2 * lit_NSS
    whole_N11 = power_NSS.sum((1, 2), keepdims=True) / (lit_NSS.sum((1, 2), keepdims=True) + 1)
    spread_NSS = np.sqrt(_blur(power_NSS, _AROUND) / weight_NSS + _FLAT * whole_N11 + 1)
    contrast_NSS = local_NSS / spread_NSS * inside_NSS
    mean_N11 = contrast_NSS.sum((1, 2), keepdims=True) / (inside_NSS.sum((1, 2), keepdims=True) + 1)
    centred_NSS = (contrast_NSS - mean_N11) * inside_NSS
    return centred_NSS, inside_NSS


def _blur(values_NSS: Floats, sigma: float) -> Floats:
    return np.asarray(ndimage.gaussian_filter(values_NSS, (0, sigma, sigma), mode="constant", truncate=3))
