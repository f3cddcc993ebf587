"""Decoding of PNG, JPEG, TIFF, BMP and DICOM files to one grey frame, by content and never by suffix.

Shape suffixes: H, W height and width; C colour channels.
"""

import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.dicom import DicomFacts, read_dicom_frame
from livernet.core.data.guard import guarded
from livernet.core.errors import DataError
from livernet.core.files import sha256

MAX_PIXELS = 50_000_000
"""Largest picture that is decoded; a console screen has 0.3 to 2 million pixels."""
MAX_BYTES = 2_000_000_000
"""Largest file that is read."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
)
_RULE = "livernet reads PNG, JPEG, TIFF, BMP and DICOM"
_AGAIN = "export the picture again from the scanner or the archive"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One decoded frame and what is known of its file."""

    grey_HW: NDArray[np.uint8]
    """Luminance of the frame, uint8 (H, W)."""
    saturated_HW: NDArray[np.bool_]
    """Where the source is clearly coloured, bool (H, W)."""
    source_format: str
    """PNG, JPEG, TIFF, BMP or DICOM."""
    bit_depth: int
    """Bits per sample in the source."""
    sha256: str
    """SHA-256 of the file's bytes, hexadecimal."""
    dicom: DicomFacts | None = None
    """What a DICOM header says that pre-processing needs; ``None`` for other formats."""
    frames: int = 1
    """How many frames the file holds; the middle one was taken."""


def sniff(head: bytes) -> str | None:
    """The format that the first 132 bytes of a file announce; ``None`` when livernet does not read it."""
    if head[128:132] == b"DICM":
        return "DICOM"
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def read_picture(path: Path) -> Picture:
    """Decode a file to one grey frame; of several frames, the middle one.

    Raises:
        DataError: the file is absent, empty, truncated, too large, or no picture livernet reads.
    """
    content = _read_bytes(path)
    kind = sniff(content[:132])
    if kind is None:
        raise DataError(
            f"{path}: not a picture ({_RULE})",
            "remove the file from the folder, or export it as PNG or DICOM",
        )
    if kind == "DICOM":
        pixels, facts = read_dicom_frame(path, content, MAX_PIXELS)
        grey_HW, saturated_HW = to_grey(pixels)
        return Picture(
            grey_HW=grey_HW, saturated_HW=saturated_HW, source_format=kind, bit_depth=facts.bits_stored,
            sha256=sha256(content), dicom=facts, frames=facts.frames,
        )  # fmt: skip
    pixels, depth, frames = _decode(path, content)
    grey_HW, saturated_HW = to_grey(pixels)
    return Picture(
        grey_HW=grey_HW,
        saturated_HW=saturated_HW,
        source_format=kind,
        bit_depth=depth,
        sha256=sha256(content),
        frames=frames,
    )


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Decode a mask of 0/255, 0/1 or palette indices: bool (H, W), true inside.

    An anti-aliased 8-bit mask is cut at 128.

    Raises:
        DataError: the file cannot be read, or its values are those of a picture and not of a mask.
    """
    content = _read_bytes(path)
    if sniff(content[:132]) in {None, "DICOM"}:
        raise DataError(
            f"{path}: not a mask picture", "save the mask as an 8-bit PNG with 0 outside and 255 inside"
        )
    with _opened(path, content) as image:
        keep = image.mode in {"1", "P", "L", "I;16", "I"}
        values_HW = np.asarray(image if keep else image.convert("L"))
    if values_HW.dtype == np.bool_ or int(values_HW.max()) <= 1:
        return values_HW.astype(np.bool_)
    levels = np.unique(values_HW)
    if len(levels) <= 2:
        return np.asarray(values_HW > (levels[0] if len(levels) == 2 else 0))
    edge = float(np.mean((values_HW > 10) & (values_HW < 245)))
    if edge > 0.2:
        raise DataError(
            f"{path}: not a mask: {100 * edge:.0f} % of its pixels are neither inside (255) nor outside (0)",
            "save the mask as an 8-bit PNG with 0 outside and 255 inside",
        )
    return np.asarray(values_HW >= 128)


def to_grey(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Luminance (ITU-R BT.601) and the clearly coloured pixels of a uint8 array (H, W) or (H, W, 3).

    A pixel counts as coloured when its channels differ by more than 48 levels and by more than 30 % of the
    brightest: tinted grey maps and the colour noise of JPEG stay below that.
    """
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels), np.zeros(pixels.shape, dtype=np.bool_)
    red, green, blue = (pixels[..., channel] for channel in range(3))
    brightest = np.maximum(np.maximum(red, green), blue)
    spread = brightest - np.minimum(np.minimum(red, green), blue)
    saturated_HW = (spread > 48) & (spread > brightest * np.float32(0.3))
    grey_HW = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))
    return grey_HW, saturated_HW


def to_8_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Samples of 9 to 16 bits as 8 bits: the low bits beyond the largest value's first eight are dropped."""
    depth = max(8, int(values.max(initial=0)).bit_length())
    reduced: NDArray[np.uint8] = (values.astype(np.int64).clip(0) >> (depth - 8)).astype(np.uint8)
    return reduced


def _read_bytes(path: Path) -> bytes:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise DataError(f"{path}: is no file but a folder, pipe or device", "name a picture file")
        size = state.st_size
        if size > MAX_BYTES:
            raise DataError(f"{path}: {size:,} bytes is more than the {MAX_BYTES:,} that are read", _AGAIN)
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror or error})", "check the path and your access to it"
        ) from error
    if not content:
        raise DataError(f"{path}: the file is empty", _AGAIN)
    return content


@contextmanager
def _opened(path: Path, content: bytes) -> Iterator[Image.Image]:
    """The opened picture, its size checked before anything is decoded."""
    with guarded(path, "damaged or truncated", _AGAIN):
        try:
            image = Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "TIFF", "BMP"])
        except Image.DecompressionBombError as error:
            raise _too_large(path, "more than 170 million pixels") from error
        with image:
            _check_size(path, image)
            yield image


def _check_size(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f"{image.width}x{image.height} pixels")


def _decode(path: Path, content: bytes) -> tuple[NDArray[np.uint8], int, int]:
    """The middle frame as uint8 (H, W) or (H, W, 3), the bits per sample, and the number of frames."""
    with _opened(path, content) as image:
        frames = int(getattr(image, "n_frames", 1))
        image.seek(frames // 2)
        _check_size(path, image)
        image.load()
        if image.mode.startswith("I") or image.mode == "F":
            return to_8_bits(np.asarray(image)), 16, frames
        return _eight_bit_pixels(image), 1 if image.mode == "1" else 8, frames


def _eight_bit_pixels(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in {"1", "L"}:
        return np.asarray(image.convert("L"))
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        # what is transparent was not meant to be seen: over black
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, (0, 0, 0, 255)), layer)
    return np.asarray(image.convert("RGB"))


def _too_large(path: Path, size: str) -> DataError:
    return DataError(
        f"{path}: {size}; at most {MAX_PIXELS:,} are decoded",
        "export the picture in the size of the console's screen",
    )
