"""Colour and power Doppler: a box over the picture, and flow within it.

Shape suffixes: h, w the picture's box on the screen.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from livernet.core.phantom.fields import Field
from livernet.core.phantom.screens.canvas import Box
from livernet.core.phantom.screens.outline import Outline


def add_flow(
    rng: np.random.Generator, picture_hw3: NDArray[np.uint8], grey_hw: Field, outline: Outline, *, power: bool
) -> tuple[NDArray[np.uint8], Box]:
    """The picture with a Doppler box, and the box on the screen (x0, y0, x1, y1, exclusive).

    Flow is shown where the picture is dark within the box, as in vessels, with the speckle's own ragged edge.
    """
    inside_hw = outline.inside_hw
    height, width = inside_hw.shape
    rows, columns = np.nonzero(inside_hw)
    middle, deep = int(np.median(columns)), int(np.median(rows))
    half_w, half_h = int(width * rng.uniform(0.11, 0.2)), int(height * rng.uniform(0.12, 0.2))
    x0, x1 = max(0, middle - half_w), min(width - 1, middle + half_w)
    y0, y1 = max(0, deep - half_h), min(height - 1, deep + half_h)
    within = np.zeros_like(inside_hw)
    within[y0:y1, x0:x1] = True
    within &= inside_hw
    speed = ndimage.gaussian_filter(rng.standard_normal((height, width)), width / 40)
    speed /= np.abs(speed[within]).max() + 1e-9
    dark = ndimage.gaussian_filter(grey_hw, 2) < np.percentile(grey_hw[within], 18)
    flowing = within & (dark | (np.abs(speed) > 0.62)) & (np.abs(speed) > 0.12)
    drawn = picture_hw3.copy()
    drawn[flowing] = _colours(speed, power=power)[flowing]
    image = Image.fromarray(drawn)
    ImageDraw.Draw(image).rectangle((x0, y0, x1, y1), outline=(240, 240, 240))
    left, top = outline.box[:2]
    return np.asarray(image), (left + x0, top + y0, left + x1 + 1, top + y1 + 1)


def _colours(speed: NDArray[np.float64], *, power: bool) -> NDArray[np.uint8]:
    """Red towards the probe, blue away from it; for power, orange by strength."""
    strong = np.clip(np.abs(speed) * 1.3, 0.25, 1.0)
    zero = np.zeros_like(strong)
    if power:
        channels = (255 * np.clip(strong * 1.2, 0, 1), 190 * strong**1.5, 40 * strong**3)
    else:
        towards = speed > 0
        green = 190 * np.clip(strong - 0.45, 0, 1)
        channels = (np.where(towards, 255 * strong, zero), green, np.where(towards, zero, 255 * strong))
    return np.stack(channels, axis=2).astype(np.uint8)
