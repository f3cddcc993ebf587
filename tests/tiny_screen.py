"""A console screen of 480x360 pixels: a fan of speckle, a name in the corner, nothing else."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def write_screen(path: Path, seed: int = 1) -> None:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:360, :480].astype(float)
    radius, angle = np.hypot(x - 240, y + 40), np.arctan2(x - 240, y + 40)
    inside = (radius > 80) & (radius < 360) & (abs(angle) < 0.6)
    noise = rng.rayleigh(1.0, (90, 60))  # speckle is wider across the beam than along it
    speckle = np.asarray(
        Image.fromarray(noise.astype(np.float32)).resize((480, 360), Image.Resampling.BILINEAR)
    )
    level = 120 + 40 * np.log(speckle.clip(0.3, 4))  # compressed, as a console does it
    grey = np.where(inside, level, 0).astype(np.uint8)
    picture = Image.fromarray(grey)
    ImageDraw.Draw(picture).text((6, 6), "KIM CHULSOO", fill=220)
    picture.save(path)
