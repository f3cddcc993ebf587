"""Frames of PNG, JPEG, TIFF and BMP files as 8-bit pixels, the way a viewer shows them.

Shape suffixes: H, W height and width.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from livernet.core.data.codestream import check_scans
from livernet.core.data.depth import find_scale
from livernet.core.data.frames import MAX_FRAMES, sample
from livernet.core.data.guard import guarded
from livernet.core.errors import DataError

MAX_PIXELS = 50_000_000
"""Largest picture that is decoded; a console screen has 0.3 to 2 million pixels."""

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
_AGAIN = "export the picture again from the scanner or the archive"
_ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}


class RasterFrames:
    """The frames of an open file: pages of a TIFF, steps of an animated PNG, else one."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        """Open the file and count its frames; nothing is decoded yet unless it is deeper than 8 bits.

        Raises:
            DataError: the file is damaged, too large, or no picture of these formats.
        """
        self._path = path
        with opened(path, stream) as image:
            self._image = image
            self._pages = tuple(_pages(path, image))
            image.seek(self._pages[0])
            deep = _is_deep(image)
            self.bits = 16 if deep else 1 if image.mode == "1" else 8
        self.count = len(self._pages)
        with guarded(path, "damaged or truncated", _AGAIN):
            if image.format == "JPEG" and image.info.get("progressive"):
                _check_scans(stream, image)
            self._scale = find_scale(sample(self._array, self.count) if deep else ())

    def read(self, index: int) -> NDArray[np.uint8] | Image.Image:
        """One frame, uint8 (H, W) or an RGB image, turned as its EXIF orientation says.

        Raises:
            DataError: the frame is damaged, truncated or too large.
        """
        frame = self._samples(index)
        if isinstance(frame, Image.Image):
            return frame
        with guarded(self._path, "damaged or truncated", _AGAIN):
            return self._scale.to_8_bits(frame)

    def _samples(self, index: int) -> NDArray[Any] | Image.Image:
        with guarded(self._path, "damaged or truncated", _AGAIN):
            self._image.seek(self._pages[index])
            _check_size(self._path, self._image)
            self._image.load()
            upright = turned(self._image)
            return np.asarray(upright) if _is_deep(upright) else _eight_bits(upright)

    def _array(self, index: int) -> NDArray[Any]:
        return np.asarray(self._samples(index))


@contextmanager
def opened(path: Path, stream: BinaryIO) -> Iterator[Image.Image]:
    """The opened picture, its size checked before anything is decoded; the stream stays open.

    Raises:
        DataError: also for whatever the caller's use of the picture raises.
    """
    with guarded(path, "damaged or truncated", _AGAIN):
        try:
            image = Image.open(stream, formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_large(path, "more than 170 million pixels") from error
        _check_size(path, image)
        yield image


def turned(image: Image.Image) -> Image.Image:
    """The picture upright, by its EXIF orientation."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    return ImageOps.exif_transpose(image) if orientation in range(2, 9) else image


def _pages(path: Path, image: Image.Image) -> Iterator[int]:
    """Indices of the frames: those of the first one's size, so that thumbnails and previews do not count.

    A JPEG has one: what some cameras append is a preview or a map of brightness.
    """
    yield 0
    if image.format not in {"TIFF", "PNG"}:
        return
    size = image.size
    # an animated PNG says how many steps it has, at no cost; the pages of a TIFF must be walked
    count = int(getattr(image, "n_frames", 1)) if image.format == "PNG" else MAX_FRAMES + 1
    if image.format == "PNG" and count > MAX_FRAMES:
        raise _too_many(path)
    for page in range(1, count):
        if image.format == "TIFF":
            if page == MAX_FRAMES:
                raise _too_many(path)
            try:
                image.seek(page)
            except EOFError:
                return
        if image.size == size:
            yield page


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _eight_bits(image: Image.Image) -> NDArray[np.uint8] | Image.Image:
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return np.asarray(image if image.mode == "L" else image.convert("L"))
    if image.mode in _ALPHA or "transparency" in image.info:
        # what is transparent was not meant to be seen: over black
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, (0, 0, 0, 255)), layer)
    # without a copy of what is RGB already
    return image if image.mode == "RGB" else image.convert("RGB")


def _check_size(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f"{image.width}x{image.height} pixels")


def _check_scans(stream: BinaryIO, image: Image.Image) -> None:
    at = stream.tell()
    stream.seek(0)
    check_scans(stream.read(), image.width * image.height)
    stream.seek(at)


def _too_large(path: Path, size: str) -> DataError:
    return DataError(
        f"{path}: {size}; at most {MAX_PIXELS:,} are decoded",
        "export the picture in the size of the console's screen",
    )


def _too_many(path: Path) -> DataError:
    return DataError(f"{path}: more than {MAX_FRAMES:,} frames", _AGAIN)
