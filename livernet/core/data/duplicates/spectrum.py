"""A short description of a texture that neither shift nor mirroring changes: which waves it is made of.

A shift changes only the phases of the Fourier transform, and mirroring left to right swaps waves that rise to
the left and to the right. The power of each wave is set against that of waves of like length and direction,
since all pictures of a scanner share those; a little blur keeps it alike where a copy is up to 8 % larger.
Shape suffixes: N textures, S their side, F frequencies, D length of a description.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

Floats = NDArray[np.floating[Any]]

_LOW, _HIGH = 2, 12
"""Waves across the side: slower ones are anatomy and gain, faster ones do not survive re-encoding."""
_TOLERANCE = 0.7
_LIKE = 3.0
"""Standard deviations, in waves, of the blur and of what counts as waves of like length and direction."""
_MARGIN = 6
_DOWN, _ACROSS = np.mgrid[0 : _HIGH + 1, -_HIGH : _HIGH + 1]
_LENGTH = np.hypot(_DOWN, _ACROSS)
_CHOSEN = (_LENGTH >= _LOW) & (_LENGTH <= _HIGH) & (_ACROSS >= 0)

DESCRIPTION = 2 * int(_CHOSEN.sum())
"""Length of a description."""


def describe(contrast_NSS: Floats) -> Floats:
    """Descriptions of unit length (N, D), float32; 0 for a texture without contrast."""
    contrast_NSS = contrast_NSS.astype(np.float32)
    centre, reach = contrast_NSS.shape[1] // 2, _HIGH + _MARGIN
    near = slice(centre - reach, centre + reach + 1)
    power_NFF = np.abs(np.fft.fftshift(fft.fft2(contrast_NSS), axes=(1, 2))[:, near, near])
    blurred_NFF = ndimage.gaussian_filter(power_NFF, (0, _TOLERANCE, _TOLERANCE))
    level_NFF = ndimage.gaussian_filter(blurred_NFF, (0, _LIKE, _LIKE))
    raised_NFF = (blurred_NFF / (level_NFF + 1e-6) - 1)[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    # the lower half repeats the upper one; columns run from waves that rise to the left to those to the right
    half_NFF = raised_NFF[:, _HIGH:]
    mirrored_NFF = half_NFF[:, :, ::-1]
    both_ND = (half_NFF + mirrored_NFF)[:, _CHOSEN]
    apart_ND = np.abs(half_NFF - mirrored_NFF)[:, _CHOSEN]
    apart_ND -= apart_ND.mean(axis=1, keepdims=True)
    described_ND = np.concatenate([both_ND, apart_ND], axis=1).astype(np.float32)
    described_ND[~contrast_NSS.any(axis=(1, 2))] = 0
    described_ND /= np.linalg.norm(described_ND, axis=1, keepdims=True) + np.float32(1e-9)
    return described_ND
