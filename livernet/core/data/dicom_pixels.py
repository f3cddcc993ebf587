"""Frames of a DICOM file as 8-bit grey or RGB pixels, every size checked before a decoder starts.

References: PS3.3 C.7.6.3.1.2 photometric interpretation, C.7.5.1.1.2 pixel padding; PS3.5 8 and annex A.4 for
native and encapsulated pixels. Shape suffixes: H, W height and width.
"""

import struct
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom import encaps, uid
from pydicom.pixels.decoders.base import Decoder, get_decoder

from livernet.core.data.codestream import check_scans, read_declared
from livernet.core.data.depth import Scale, find_scale
from livernet.core.data.dicom import AGAIN, DicomFacts, Header, read_header, read_regions
from livernet.core.data.frames import MAX_FRAMES, sample
from livernet.core.data.guard import guarded
from livernet.core.data.palette import Palette
from livernet.core.data.rasters import MAX_PIXELS
from livernet.core.errors import DataError

_GREY = {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}
_PARTIAL = {"YBR_PARTIAL_422", "YBR_PARTIAL_420"}
_WITH_JPEG_2000 = {"YBR_ICT", "YBR_RCT"}
_COLOUR = {"RGB", "YBR_FULL", "YBR_FULL_422"} | _PARTIAL | _WITH_JPEG_2000
_RETIRED = {"HSV", "ARGB", "CMYK", "XYB"}
"""Names of the standard that are not decoded, and may be told."""

_DECODERS = "install the decoders with pip install 'livernet[dicom]', or export the file again uncompressed"
_STILL = "export still images or uncompressed frames: videos are not decoded"
_PLUGINS = ("pydicom", "pillow", "pylibjpeg", "gdcm")
"""Decoders by preference; a frame goes to one alone, so that a damaged one is not tried on all of them."""
_MOST_PACKED = 2
"""Run lengths of more than so many bytes a byte of picture are no run lengths."""


class DicomFrames:
    """The frames of an open DICOM file."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        """Read the header and check what it says against the bytes that are there.

        Raises:
            DataError: the file is damaged, holds no picture, is too large, or uses an unknown photometric
                interpretation or a transfer syntax without an installed decoder.
        """
        self._path = path
        self._header = read_header(path, stream)
        with guarded(path, "damaged DICOM header", AGAIN):
            self._options = _options(path, self._header)
            self._decoder = _decoder(path, self._header.syntax)
            self._photometric = _photometric(path, self._header, self._options)
            declared = _declared_frames(self._header)
            if self._header.syntax.is_encapsulated:
                self._fragments, self.count = _count_fragments(self._header, declared)
            else:
                self._fragments, self.count = 0, _count_native(self._header, self._options, declared)
        if self.count == 0:
            raise DataError(f"{path}: the pixels are cut short: not one frame is whole", AGAIN)
        if self.count > MAX_FRAMES:
            raise DataError(f"{path}: {self.count:,} frames; at most {MAX_FRAMES:,} are read", AGAIN)
        with guarded(path, "damaged DICOM header", AGAIN):
            self.facts = DicomFacts(
                patient_id=self._header.patient_id,
                regions=read_regions(self._header.dataset),
                photometric=self._photometric,
                transfer_syntax=self._header.syntax.name,
                bits_stored=self._options["bits_stored"],
                frames=self.count,
            )
            self.bits = self.facts.bits_stored
            self._palette = _palette(self._header, self._photometric)
            self._scale = self._find_scale()

    def read(self, index: int) -> NDArray[np.uint8]:
        """One frame, uint8 (H, W) or (H, W, 3) RGB, dark to bright.

        Raises:
            DataError: the frame is damaged.
        """
        stored = self._stored(index)
        if self._palette is not None:
            return self._palette.apply(stored)
        grey = self._scale.to_8_bits(stored)
        if self._photometric in _PARTIAL:
            return _from_partial(grey)
        return np.uint8(255) - grey if self._photometric == "MONOCHROME1" else grey

    def _stored(self, index: int) -> NDArray[Any]:
        """The values of a frame as they are stored; colours as RGB where the decoder makes them that."""
        of = f" of frame {index + 1}" if self.count > 1 else ""
        fault = f"the pixels{of}, {self._header.syntax.name}, cannot be decoded"
        with guarded(self._path, fault, _DECODERS):
            if self._header.syntax.is_encapsulated:
                source: Any = self._frame(index)
                index, frames = 0, 1
            else:
                source = self._header.stream
                source.seek(self._header.pixels)
                frames = self.count
            options = self._options | {"number_of_frames": frames}
            plugin = next((name for name in _PLUGINS if name in self._decoder.available_plugins), "")
            frame, found = self._decoder.as_array(source, index=index, decoding_plugin=plugin, **options)
            if frame.shape[:2] != (self._options["rows"], self._options["columns"]):
                raise ValueError("broken frame: of another size than the header says")
            if found["photometric_interpretation"] == "RGB" or self._photometric not in _WITH_JPEG_2000:
                return np.asarray(frame)
            raise ValueError("unsupported colour transform")

    def _frame(self, index: int) -> bytes:
        """One compressed frame in a capsule of its own, its head checked against the header."""
        stream, options = self._header.stream, self._options
        stream.seek(self._header.pixels)
        frame = encaps.get_frame(
            stream,
            index,
            number_of_frames=self.count if self.count > 1 else 1,
            extended_offsets=None,
        )
        rows, columns, samples = options["rows"], options["columns"], options["samples_per_pixel"]
        if self._header.syntax == uid.RLELossless:
            if len(frame) > _MOST_PACKED * rows * columns * samples * options["bits_allocated"] // 8 + 64:
                raise ValueError("broken frame: longer than the picture")
        elif read_declared(frame)[:3] != (rows, columns, samples):
            raise ValueError("broken frame: of another size than the header says")
        else:
            check_scans(frame, rows * columns)
        return encaps.encapsulate([frame], has_bot=False)

    def _find_scale(self) -> Scale:
        options, dataset = self._options, self._header.dataset
        if self._palette is not None or options["bits_allocated"] == 8 == options["bits_stored"]:
            signed = options["pixel_representation"] == 1 and self._palette is None
            return find_scale(sample(self._stored, self.count)) if signed else Scale()
        padding = dataset.get("PixelPaddingValue")
        limit = dataset.get("PixelPaddingRangeLimit", padding)
        return find_scale(
            sample(self._stored, self.count),
            bits=options["bits_stored"],
            padding=None if padding is None else (min(padding, limit), max(padding, limit)),
        )


def _options(path: Path, header: Header) -> dict[str, Any]:
    """What decoders are told, checked."""
    if header.pixels < 0:
        raise DataError(
            f"{path}: the DICOM file holds no picture", "remove it, or export the images of the study"
        )
    get = partial(_number, header)
    options: dict[str, Any] = {
        "rows": get("Rows", 0),
        "columns": get("Columns", 0),
        "samples_per_pixel": get("SamplesPerPixel", 1),
        "bits_allocated": get("BitsAllocated", 8),
        "pixel_keyword": "PixelData",
        "pixel_representation": get("PixelRepresentation", 0),
        "planar_configuration": get("PlanarConfiguration", 0),
    }
    allocated = options["bits_allocated"]
    options["bits_stored"] = stored = get("BitsStored", allocated)
    size = options["rows"] * options["columns"]
    if size <= 0:
        raise DataError(
            f"{path}: the DICOM file holds no picture", "remove it, or export the images of the study"
        )
    if size > MAX_PIXELS:
        raise DataError(f"{path}: {size:,} pixels; at most {MAX_PIXELS:,} are decoded", AGAIN)
    high = get("HighBit", stored - 1)
    if allocated not in {1, 8, 16, 32} or not 1 <= stored <= allocated or high != stored - 1:
        raise DataError(
            f"{path}: impossible samples (bits stored {stored}, high bit {high}, allocated {allocated})",
            AGAIN,
        )
    if header.vr in {"OB", "OW"}:
        options["pixel_vr"] = header.vr
    return options


def _number(header: Header, keyword: str, default: int) -> int:
    value = header.dataset.get(keyword)
    return default if value is None else int(value)


def _photometric(path: Path, header: Header, options: dict[str, Any]) -> str:
    """The photometric interpretation, where it can go with the samples and the syntax."""
    stated = str(header.dataset.get("PhotometricInterpretation", "") or "").strip(" \0").upper()
    if stated not in _GREY | _COLOUR:
        # a damaged header may hold a name there
        what = repr(stated) if stated in _RETIRED else "is missing or" if not stated else "of that name"
        raise DataError(f"{path}: photometric interpretation {what} is not known", AGAIN)
    samples = options["samples_per_pixel"]
    if samples != (1 if stated in _GREY else 3):
        raise DataError(
            f"{path}: photometric interpretation {stated} does not go with its samples ({samples} a pixel)",
            AGAIN,
        )
    if header.dataset.get("PixelPresentation") in {"COLOR", "MIXED"} and stated != "PALETTE COLOR":
        raise DataError(f"{path}: a supplemental palette colours the picture, and is not decoded", AGAIN)
    if stated.startswith("YBR") and stated not in _WITH_JPEG_2000 and options["bits_allocated"] != 8:
        raise DataError(f"{path}: photometric interpretation {stated} is only decoded in 8 bits", AGAIN)
    native = not header.syntax.is_encapsulated
    if (native and stated in _WITH_JPEG_2000 | {"YBR_PARTIAL_420"}) or (
        stated in _WITH_JPEG_2000 and header.syntax not in uid.JPEG2000TransferSyntaxes
    ):
        raise DataError(
            f"{path}: photometric interpretation {stated} is not possible with {header.syntax.name}", AGAIN
        )
    options["photometric_interpretation"] = _for_decoder(stated, header, options, native=native)
    # only the standard range is converted by decoders
    options["as_rgb"] = stated not in _PARTIAL
    return stated


def _for_decoder(stated: str, header: Header, options: dict[str, Any], *, native: bool) -> str:
    if stated not in _PARTIAL | {"YBR_FULL_422"}:
        return stated
    if native:
        # some write all three samples of every pixel all the same
        whole = 3 * options["rows"] * options["columns"] * max(1, _declared_frames(header))
        return "YBR_FULL" if header.length >= whole else "YBR_FULL_422"
    return "YBR_FULL_422"


def _decoder(path: Path, syntax: uid.UID) -> Decoder:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        if syntax.name == str(syntax):
            raise DataError(f"{path}: private or unknown transfer syntax", AGAIN) from error
        raise DataError(f"{path}: transfer syntax {syntax.name} is not decoded", _STILL) from error
    if syntax.is_encapsulated and not decoder.is_available:
        raise DataError(f"{path}: no decoder for transfer syntax {syntax.name}", _DECODERS)
    return decoder


def _declared_frames(header: Header) -> int:
    """NumberOfFrames; 1 where it is absent, below 1 or no number."""
    try:
        return max(1, _number(header, "NumberOfFrames", 1))
    except (TypeError, ValueError, OverflowError):
        return 1


def _count_native(header: Header, options: dict[str, Any], declared: int) -> int:
    """How many of the announced frames are there as a whole."""
    bits = options["rows"] * options["columns"] * options["samples_per_pixel"] * options["bits_allocated"]
    if options["photometric_interpretation"] == "YBR_FULL_422":
        bits = bits * 2 // 3
    return min(declared, int(8 * header.length // bits))


def _count_fragments(header: Header, declared: int) -> tuple[int, int]:
    """Fragments of compressed pixels, and how many of the announced frames can be among them."""
    stream, end = header.stream, header.pixels + header.length
    stream.seek(header.pixels)
    whole = -1
    while len(head := stream.read(8)) == 8:
        tag, length = struct.unpack("<LL", head)
        if tag != 0xE000FFFE or stream.tell() + length > end:
            break
        whole += 1
        stream.seek(length, 1)
    if whole < 0:
        raise ValueError("broken fragments")
    return whole, min(declared, whole)


def _palette(header: Header, photometric: str) -> Palette | None:
    if photometric != "PALETTE COLOR":
        return None
    return Palette(header.dataset, little_endian=header.syntax.is_little_endian)


def _from_partial(ybr_HW3: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB of luminance in 16..235 and colour differences in 16..240, ITU-R BT.601."""
    y, blue, red = (ybr_HW3[..., channel].astype(np.float32) for channel in range(3))
    y = (y - 16) * np.float32(255 / 219)
    blue, red = (blue - 128) * np.float32(255 / 224), (red - 128) * np.float32(255 / 224)
    rgb = (y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red, y + 1.772 * blue)
    return np.asarray(np.stack(rgb, axis=-1).clip(0, 255), dtype=np.uint8)
