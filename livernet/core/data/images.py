"""Decoding of PNG, JPEG, TIFF, BMP and DICOM files to grey frames, by content and never by suffix.

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

from livernet.core.data.dicom import DicomFacts, has_preamble, is_bare
from livernet.core.data.dicom_pixels import DicomFrames
from livernet.core.data.frames import MIDDLE, FrameChoice, find_moving, sample
from livernet.core.data.guard import guarded
from livernet.core.data.rasters import RasterFrames, opened, turned
from livernet.core.errors import DataError

MAX_BYTES = 2_000_000_000
"""Largest file that is read."""

_HEAD = 132
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
    dicom: DicomFacts | None = None
    """What a DICOM header says that pre-processing needs; ``None`` for other formats."""
    frames: int = 1
    """How many frames the file holds as a whole."""
    frame: int = 0
    """Index of this frame in the file, from 0."""
    moving_HW: NDArray[np.bool_] | None = None
    """Where the frames of the file differ, bool (H, W); ``None`` for one frame or when it cannot be told."""


def sniff(head: bytes) -> str | None:
    """The format that the first 132 bytes of a file announce; ``None`` when livernet does not read it."""
    if has_preamble(head):
        # before all else: a preamble may hold the first bytes of a TIFF
        return "DICOM"
    known = next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)
    return "DICOM" if known is None and is_bare(head) else known


def read_picture(path: Path) -> Picture:
    """Decode a file to one grey frame; of several frames, the middle one.

    Raises:
        DataError: the file is absent, empty, truncated, too large, or no picture livernet reads.
    """
    return next(read_pictures(path))


def read_pictures(path: Path, choice: FrameChoice = MIDDLE) -> Iterator[Picture]:
    """Decode the chosen frames of a file one after the other; only one is in memory at a time.

    The file stays open until the last frame was taken or the iterator is closed.

    Raises:
        DataError: while iterating: the file is absent, empty, truncated, too large, or no picture livernet
            reads; or a chosen frame is damaged, in which case those before it were given already.
    """
    with _open(path) as stream:
        with guarded(path, "cannot be read", _AGAIN):
            kind = _kind(path, stream.read(_HEAD))
            stream.seek(0)
        source = DicomFrames(path, stream) if kind == "DICOM" else RasterFrames(path, stream)
        facts = source.facts if isinstance(source, DicomFrames) else None
        moving_HW = None
        if source.count > 1:
            moving_HW = find_moving(sample(lambda index: to_grey(source.read(index))[0], source.count))
        for index in choice.of(source.count):
            grey_HW, saturated_HW = to_grey(source.read(index))
            alike = moving_HW is not None and moving_HW.shape == grey_HW.shape
            yield Picture(
                grey_HW=grey_HW, saturated_HW=saturated_HW, source_format=kind, bit_depth=source.bits,
                dicom=facts, frames=source.count, frame=index,
                moving_HW=moving_HW if alike else None,
            )  # fmt: skip


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Decode a mask of 0/255, 0/1 or palette indices: bool (H, W), true inside.

    An anti-aliased 8-bit mask is cut at 128.

    Raises:
        DataError: the file cannot be read, or its values are those of a picture and not of a mask.
    """
    with _open(path) as stream:
        if sniff(stream.read(_HEAD)) in {None, "DICOM"}:
            raise DataError(
                f"{path}: not a mask picture", "save the mask as an 8-bit PNG with 0 outside and 255 inside"
            )
        stream.seek(0)
        with opened(path, stream) as image:
            image.load()
            upright = turned(image)
            keep = upright.mode in {"1", "P", "L", "I;16", "I"}
            values_HW = np.asarray(upright if keep else upright.convert("L"))
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


def to_grey(pixels: NDArray[np.uint8] | Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Luminance (ITU-R BT.601) and the clearly coloured pixels of a uint8 (H, W) or (H, W, 3), or RGB image.

    A pixel counts as coloured when its channels differ by more than 48 levels and by more than 30 % of the
    brightest: tinted grey maps and the colour noise of JPEG stay below that.
    """
    if isinstance(pixels, np.ndarray) and pixels.ndim == 2:
        return np.ascontiguousarray(pixels), np.zeros(pixels.shape, dtype=np.bool_)
    image = Image.fromarray(np.ascontiguousarray(pixels)) if isinstance(pixels, np.ndarray) else pixels
    # without a picture of each channel in between
    red_HW, green_HW, blue_HW = (
        np.frombuffer(image.tobytes("raw", band), dtype=np.uint8).reshape(image.height, image.width)
        for band in "RGB"
    )
    brightest_HW, darkest_HW = np.maximum(red_HW, green_HW), np.minimum(red_HW, green_HW)
    np.maximum(brightest_HW, blue_HW, out=brightest_HW)
    np.minimum(darkest_HW, blue_HW, out=darkest_HW)
    spread_HW = np.subtract(brightest_HW, darkest_HW, out=darkest_HW)
    saturated_HW = spread_HW > 48
    few = np.flatnonzero(saturated_HW)
    saturated_HW.ravel()[few] = spread_HW.ravel()[few] > brightest_HW.ravel()[few] * np.float32(0.3)
    return np.asarray(image.convert("L")), saturated_HW


@contextmanager
def _open(path: Path) -> Iterator[io.BufferedReader]:
    """The open file, which is there, is a file, and of a size that can be read."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise DataError(f"{path}: is no file but a folder, pipe or device", "name a picture file")
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise DataError(
            f"{path}: cannot be read ({reason or type(error).__name__})",
            "check the path and your access to it",
        ) from error
    with stream:
        if state.st_size > MAX_BYTES:
            raise DataError(
                f"{path}: {state.st_size:,} bytes is more than the {MAX_BYTES:,} that are read", _AGAIN
            )
        if state.st_size == 0:
            raise DataError(f"{path}: the file is empty", _AGAIN)
        yield stream


def _kind(path: Path, head: bytes) -> str:
    kind = sniff(head)
    if kind is None:
        raise DataError(
            f"{path}: not a picture ({_RULE})",
            "remove the file from the folder, or export it as PNG or DICOM",
        )
    return kind
