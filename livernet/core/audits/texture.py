"""Texture of a part of a picture, whatever its gain and its contrast.

Shape suffixes: S side of the reduced picture.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from livernet.core.audits.pictures import Mask

Floats = NDArray[np.float64]
LENGTH = 32
"""Numbers in a texture."""
_SIGMA = 4.0
_LEVELS = 16
_REACH = 2.5
_DISTANCES = (1, 2, 4)
_ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
_PROPERTIES = ("contrast", "homogeneity", "energy", "correlation")
_RADII = (1, 2)


def texture(grey_SS: NDArray[np.uint8], part_SS: Mask) -> Floats:
    """Co-occurrence (Haralick 1973) and local binary patterns (Ojala 2002) of the pixels in a part.

    Every pixel is first set against the mean and the SD of its neighbourhood in the part: a console's gain
    adds to the log-compressed echo and its dynamic range multiplies it, and neither is texture.

    Returns:
        float64, length ``LENGTH``; zeros where the part is empty.
    """
    if not part_SS.any():
        return np.zeros(LENGTH)
    local_SS = _standardised(grey_SS, part_SS)
    levels = np.clip((local_SS + _REACH) / (2 * _REACH) * _LEVELS, 0, _LEVELS - 1).astype(np.uint8)
    # pixels outside have a level of their own, whose row and column are dropped
    marked = np.where(part_SS, levels + 1, 0).astype(np.uint8)
    pairs = graycomatrix(marked, _DISTANCES, _ANGLES, levels=_LEVELS + 1, symmetric=True)[1:, 1:]
    pairs = pairs.sum(axis=3, keepdims=True, dtype=np.float64)
    pairs /= np.maximum(pairs.sum(axis=(0, 1), keepdims=True), 1)
    properties = [graycoprops(pairs, name)[:, 0] for name in _PROPERTIES]
    patterns = [_patterns(levels, part_SS, radius) for radius in _RADII]
    return np.concatenate([*properties, *patterns])


def _standardised(grey_SS: NDArray[np.uint8], part_SS: Mask) -> Floats:
    weight_SS = ndimage.gaussian_filter(part_SS.astype(np.float64), _SIGMA).clip(1e-6)
    inside_SS = np.where(part_SS, grey_SS, 0).astype(np.float64)
    mean_SS = ndimage.gaussian_filter(inside_SS, _SIGMA) / weight_SS
    square_SS = ndimage.gaussian_filter(inside_SS**2, _SIGMA) / weight_SS
    spread_SS = np.sqrt((square_SS - mean_SS**2).clip(1.0))  # at least one grey level
    standard_SS: Floats = (grey_SS - mean_SS) / spread_SS
    return standard_SS


def _patterns(levels_SS: NDArray[np.uint8], part_SS: Mask, radius: int) -> Floats:
    codes_SS = local_binary_pattern(levels_SS, 8, radius, method="uniform")
    counts = np.bincount(codes_SS[part_SS].astype(np.int64), minlength=10).astype(np.float64)
    shares: Floats = counts / counts.sum()
    return shares
