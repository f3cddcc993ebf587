"""One gallery picture: the B-mode image as a small JPEG and the outlines of its masks as vector paths.

H, W are pixels of the prepared picture.
"""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from skimage.measure import approximate_polygon, find_contours

from livernet.core.errors import DataError

_SIDE = 400
_SMALL = 160
_HALF = 128


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What the template draws for one case."""

    width: int
    """Pixels of the coordinates of both paths."""
    height: int
    """Pixels of the coordinates of both paths."""
    picture: str
    """JPEG data URI of the B-mode image, at most 400 pixels a side."""
    expert: str | None
    """SVG path of the expert mask; ``None`` where there is none."""
    predicted: str | None
    """SVG path of the predicted mask; ``None`` where it is not kept."""


def draw(image: Path, expert: Path | None, predicted: Path | None) -> Overlay:
    """The overlay of one prepared picture; a predicted mask of another size is left out.

    Raises:
        DataError: a picture cannot be read.
    """
    grey_HW = _read(image)
    height, width = grey_HW.shape
    masks = [None if path is None else _read(path) for path in (expert, predicted)]
    paths = [None if m is None or m.shape != grey_HW.shape else outline(m >= _HALF) for m in masks]
    return Overlay(
        width=width, height=height, picture=_jpeg_uri(grey_HW, _SIDE), expert=paths[0], predicted=paths[1]
    )


def thumbnail(path: Path) -> str:
    """A picture as a small JPEG data URI, at most 160 pixels a side.

    Raises:
        DataError: it cannot be read.
    """
    return _jpeg_uri(_read(path), _SMALL)


def outline(mask_HW: NDArray[np.bool_]) -> str:
    """The border of a mask as an SVG path (even-odd filled) in pixel coordinates; empty for an empty mask."""
    parts: list[str] = []
    for ring in find_contours(np.pad(mask_HW, 1).astype(np.float32), 0.5):
        points = approximate_polygon(ring, tolerance=0.7) - 0.5
        if len(points) > 3:
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for y, x in points[:-1]) + "Z")
    return "".join(parts)


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("L"), dtype=np.uint8)
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(
            f"{path}: cannot be read as a picture ({error})", "repeat the command that wrote it"
        ) from None


def _jpeg_uri(grey_HW: NDArray[np.uint8], side: int) -> str:
    picture = Image.fromarray(grey_HW)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=82, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
