"""Source pixels to the square the network sees, and back: one function for cohorts and for new scans.

Shape suffixes: H, W source height and width; S the side of the square; h, w the crop; s, t its size in it.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.errors import ConfigError, DataError

Fit = Literal["pad", "stretch"]
Level = TypeVar("Level", np.uint8, np.bool_)


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """Where the square came from: a crop box in source pixels and how it was fitted into the square."""

    box: tuple[int, int, int, int]
    """Crop (x0, y0, x1, y1) in source pixels, x1 and y1 exclusive."""
    source: tuple[int, int]
    """Source (height, width) in pixels."""
    size: int
    """Side S of the square in pixels."""
    fit: Fit
    """``pad`` keeps the aspect and centres the crop between black bars; ``stretch`` fills the square."""

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box
        height, width = self.source
        if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
            raise ConfigError(
                f"crop box {self.box} does not lie inside the {width}x{height} picture",
                "use the geometry that preprocess.json records for this picture",
            )
        if self.size < 8 or self.fit not in get_args(Fit):
            raise ConfigError(
                f"size {self.size}, fit {self.fit!r}: size must be at least 8 and fit pad or stretch",
                "use --size 512 --fit pad",
            )

    @property
    def placed(self) -> tuple[int, int, int, int]:
        """The crop's place (x0, y0, x1, y1) in the square, x1 and y1 exclusive."""
        x0, y0, x1, y1 = self.box
        width, height = x1 - x0, y1 - y0
        if self.fit == "stretch":
            return 0, 0, self.size, self.size
        longest = max(width, height)
        placed_w = max(1, round(self.size * width / longest))
        placed_h = max(1, round(self.size * height / longest))
        left, top = (self.size - placed_w) // 2, (self.size - placed_h) // 2
        return left, top, left + placed_w, top + placed_h

    @property
    def scale(self) -> tuple[float, float]:
        """Square pixels per source pixel, along x and along y."""
        x0, y0, x1, y1 = self.box
        left, top, right, bottom = self.placed
        return (right - left) / (x1 - x0), (bottom - top) / (y1 - y0)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {"box": list(self.box), "source": list(self.source), "size": self.size, "fit": self.fit}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "Geometry":
        """The geometry that :meth:`to_dict` wrote.

        Raises:
            DataError: a field is missing or of the wrong type.
            ConfigError: the fields contradict each other.
        """
        try:
            x0, y0, x1, y1 = (int(v) for v in document["box"])
            height, width = (int(v) for v in document["source"])
            return cls(
                box=(x0, y0, x1, y1), source=(height, width), size=int(document["size"]), fit=document["fit"]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"the geometry {document!r} is not complete ({error})",
                "make the cohort again with 'livernet preprocess'",
            ) from error


def picture_to_square(image_HW: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """Crop, resize with an antialiased triangle filter, and pad with black.

    Pillow resizes 8-bit pictures in whole numbers, so the bytes do not depend on the machine.

    Args:
        image_HW: uint8 picture of shape ``geometry.source``.
        geometry: crop box, side and fit.

    Returns:
        uint8 array (S, S).

    Raises:
        DataError: the picture is not of the size the geometry was made for.
    """
    return _to_square(_crop(image_HW, geometry), geometry)


def _to_square(crop_hw: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    left, top, right, bottom = geometry.placed
    square_SS = np.zeros((geometry.size, geometry.size), dtype=np.uint8)
    square_SS[top:bottom, left:right] = _resized(crop_hw, right - left, bottom - top)
    return square_SS


def mask_to_square(mask_HW: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.uint8]:
    """Move a mask through the same geometry: 255 where at least half of a square pixel is inside, else 0.

    Raises:
        DataError: the mask is not of the size the geometry was made for.
    """
    square_SS = _to_square(_crop(mask_HW, geometry).astype(np.uint8) * np.uint8(255), geometry)
    return np.where(square_SS >= 128, np.uint8(255), np.uint8(0))


def on_screen(square_SS: NDArray[np.uint8], geometry: Geometry, longest: int) -> NDArray[np.uint8]:
    """The screen of the source, black but for what the square shows, its longer side at most ``longest``."""
    height, width = geometry.source
    scale = min(1.0, longest / max(height, width))
    x0, y0, x1, y1 = (round(scale * side) for side in geometry.box)
    left, top, right, bottom = geometry.placed
    screen_hw = np.zeros((max(1, round(scale * height)), max(1, round(scale * width))), dtype=np.uint8)
    if x1 > x0 and y1 > y0:
        screen_hw[y0:y1, x0:x1] = _resized(square_SS[top:bottom, left:right], x1 - x0, y1 - y0, rough=True)
    return screen_hw


def mask_from_square(probability_SS: NDArray[np.float32], geometry: Geometry) -> NDArray[np.float32]:
    """Bring a probability map back to the source pixels, bilinearly; 0 outside the crop.

    Returns:
        float32 array (H, W) in 0..1.

    Raises:
        DataError: the map is not (S, S).
    """
    if probability_SS.shape != (geometry.size, geometry.size):
        raise DataError(
            f"a map of shape {probability_SS.shape} does not fit a square of {geometry.size} pixels",
            "use the geometry of the same prepared picture",
        )
    x0, y0, x1, y1 = geometry.box
    left, top, right, bottom = geometry.placed
    placed_st = probability_SS[top:bottom, left:right].astype(np.float32)
    back_HW = np.zeros(geometry.source, dtype=np.float32)
    back_HW[y0:y1, x0:x1] = np.clip(_resized(placed_st, x1 - x0, y1 - y0), 0.0, 1.0)
    return back_HW


def _resized(
    image_hw: NDArray[np.generic], width: int, height: int, *, rough: bool = False
) -> NDArray[np.generic]:
    """By a triangle filter or, where only eyes look, in half the time by means of blocks."""
    picture = Image.fromarray(np.ascontiguousarray(image_hw))
    how = Image.Resampling.BOX if rough else Image.Resampling.BILINEAR
    return np.asarray(picture.resize((width, height), how))


def _crop(image_HW: NDArray[Level], geometry: Geometry) -> NDArray[Level]:
    if image_HW.shape != geometry.source:
        height, width = geometry.source
        raise DataError(
            f"a picture of {image_HW.shape[1]}x{image_HW.shape[0]} pixels does not fit "
            f"a geometry made for {width}x{height}",
            "give the picture, or the mask, in the size of the original",
        )
    x0, y0, x1, y1 = geometry.box
    return image_HW[y0:y1, x0:x1]
