"""Strips below a picture in which time runs to the right: Doppler spectra and M-mode.

Shape suffixes: h, w the strip on the screen.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.phantom.fields import Field


def spectrum(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A pulsatile Doppler spectrum, grey (h, w): velocity upwards, speckled, over a base line."""
    width, height = size
    time = np.arange(width) / width * float(rng.uniform(3, 6)) % 1
    envelope = (
        0.28 + 0.45 * np.exp(-(((time - 0.18) / 0.09) ** 2)) + 0.12 * np.exp(-(((time - 0.5) / 0.2) ** 2))
    )
    base = height * 0.72
    above = (base - np.arange(height)[:, None]) / (height * 0.68)
    filled = 1 / (1 + np.exp((above - envelope[None, :]) / 0.03)) * (above > 0.02)
    rim = 0.35 + 0.65 * np.clip(above / envelope[None, :], 0, 1)
    speckle = ndimage.gaussian_filter(rng.exponential(1.0, (height, width)), (1.0, 1.6))
    grey = 190 * filled * rim * speckle
    grey[int(base), :] = 150
    drawn: NDArray[np.uint8] = np.clip(grey, 0, 255).astype(np.uint8)
    return drawn


def m_mode(rng: np.random.Generator, grey_hw: Field, size: tuple[int, int]) -> NDArray[np.uint8]:
    """One beam of a picture over time, grey (h, w); the layers rise and fall with the breath."""
    width, height = size
    beam = grey_hw[:, grey_hw.shape[1] // 2]
    depth = np.linspace(0, len(beam) - 1, height)[:, None]
    time = np.arange(width)[None, :] / width * float(rng.uniform(2, 4)) * 2 * np.pi
    moved = depth + np.sin(time) * len(beam) * 0.02 * depth / len(beam)
    line = np.asarray(ndimage.map_coordinates(beam, [moved], order=1, mode="nearest"))
    speckle = 0.55 + 0.45 * ndimage.gaussian_filter(rng.exponential(1.0, (height, width)), (1.2, 1.2))
    drawn: NDArray[np.uint8] = np.clip(line * speckle, 0, 255).astype(np.uint8)
    return drawn
