"""Small console screens with a known sector, for the tests of pre-processing."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from livernet.core.data.images import Picture
from livernet.core.preprocess.sector.echo import Echo
from livernet.core.preprocess.sector.shape import Sector

SHAPE = (300, 400)
CONVEX = Sector(apex=(200.0, -60.0), radii=(90.0, 330.0), angles=(-0.55, 0.55), box=(0.0, 0.0, 399.0, 299.0))


def speckle(shape: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Log-compressed speckle, wider across than along the beam."""
    noise = np.random.default_rng(seed).normal(size=(2, *shape))
    envelope = np.hypot(*(ndimage.gaussian_filter(part, (1.0, 2.0)) for part in noise))
    levels = 110 + 30 * np.log(envelope / envelope.mean() + 1e-3)
    return levels.clip(8, 230).astype(np.uint8)


def screen(
    sector: Sector = CONVEX, *, shape: tuple[int, int] = SHAPE, background: int = 0, seed: int = 0
) -> NDArray[np.uint8]:
    """A sector of speckle on a plain console, with a name, a date and a depth scale around it."""
    grey = np.where(sector.mask(shape), speckle(shape, seed), np.uint8(background))
    grey = write(grey, (6, 6), "KIM MINSU 12345678", 14)
    grey = write(grey, (shape[1] - 90, 6), "2018-04-22", 12)
    grey[40:280:30, shape[1] - 8 : shape[1] - 2] = 255
    return grey


def write(grey: NDArray[np.uint8], at: tuple[int, int], text: str, size: int) -> NDArray[np.uint8]:
    """The picture with white writing on it."""
    image = Image.fromarray(grey)
    ImageDraw.Draw(image).text(at, text, fill=255, font=ImageFont.load_default(size))
    return np.array(image)


def cross(grey: NDArray[np.uint8], x: int, y: int, arm: int = 7) -> NDArray[np.uint8]:
    """The picture with a caliper cross on it."""
    marked = grey.copy()
    marked[y, x - arm : x + arm + 1] = 250
    marked[y - arm : y + arm + 1, x] = 250
    return marked


def picture(grey: NDArray[np.uint8], saturated: NDArray[np.bool_] | None = None, **facts: object) -> Picture:
    """A decoded picture."""
    values = {"source_format": "PNG", "bit_depth": 8} | facts
    coloured = np.zeros(grey.shape, dtype=np.bool_) if saturated is None else saturated
    return Picture(grey_HW=grey, saturated_HW=coloured, **values)


def png(grey: NDArray[np.uint8]) -> bytes:
    """The picture as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, format="PNG")
    return buffer.getvalue()


def save(path: Path, grey: NDArray[np.uint8]) -> Path:
    """Write the picture as PNG, whatever the suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(grey))
    return path


def echo(region: NDArray[np.bool_], viewport: tuple[int, int, int, int] | None = None) -> Echo:
    """A region of echoes on cells of one pixel, without strokes around it."""
    height, width = region.shape
    return Echo(
        region_hw=region,
        step=1,
        viewport=viewport or (0, 0, width - 1, height - 1),
        range_hw=np.full(region.shape, 20, np.uint8),
        stroke_hw=np.zeros_like(region),
    )


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union."""
    return float((a & b).sum() / (a | b).sum())
