"""The few values of a DICOM header that pre-processing needs; nothing else of it is even read.

References are to DICOM PS3.3: ultrasound regions C.8.5.5; PS3.5: data set encoding 7.1; PS3.10: file format
7.1.
"""

import io
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from livernet.core.data.guard import guarded
from livernet.core.errors import DataError

AGAIN = "export the file again, or export the picture as PNG"

_CENTIMETRES = 3
_PREAMBLE = 128
_STORAGE = "1.2.840.10008.5.1.4.1.1."
"""What the class UIDs of stored objects start with."""
_VRS = set(b"AE CS DA LO LT OB PN SH SQ ST TM UI UL UR US".split())
"""Value representations that the first elements of a data set have."""
_PIXEL_TAGS = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_INFLATED = 64_000_000
_RATIO = 20
"""A deflated data set may grow to so many bytes and so many times its size."""
_UNDEFINED = 0xFFFFFFFF
_COLOURS = ("Red", "Green", "Blue")
_KEPT = (
    *("SOPClassUID", "PatientID", "SequenceOfUltrasoundRegions"),
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames"),
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("PixelPaddingValue", "PixelPaddingRangeLimit", "PixelPresentation"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *(f"{colour}PaletteColorLookupTableDescriptor" for colour in _COLOURS),
    *(f"{colour}PaletteColorLookupTableData" for colour in _COLOURS),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in _COLOURS),
)
_TAGS: list[BaseTag | int] = [tag for name in _KEPT if (tag := tag_for_keyword(name)) is not None]


@dataclass(frozen=True, kw_only=True)
class UltrasoundRegion:
    """One item of SequenceOfUltrasoundRegions (0018,6011)."""

    spatial_format: int
    """Region Spatial Format (0018,6012); 1 is two-dimensional."""
    data_type: int
    """Region Data Type (0018,6014); 1 is tissue, 2 colour flow, 3 and 4 spectral; others as they are."""
    box: tuple[int, int, int, int]
    """Bounds (x0, y0, x1, y1) in pixels, all inclusive as in the standard; may lie outside the picture."""
    spacing_mm: tuple[float, float] | None
    """Pixel spacing (x, y) in mm where both units are centimetres, else ``None``."""

    @property
    def is_tissue(self) -> bool:
        """Whether this is a two-dimensional tissue image."""
        return self.spatial_format == 1 and self.data_type == 1


@dataclass(frozen=True, kw_only=True)
class DicomFacts:
    """What pre-processing needs of a DICOM header; the patient id stays in memory and is never written."""

    patient_id: str
    """PatientID (0010,0020), stripped; empty when absent."""
    regions: tuple[UltrasoundRegion, ...]
    """Readable ultrasound regions, in file order."""
    photometric: str
    """Photometric interpretation, one of those that are decoded."""
    transfer_syntax: str
    """Name of the transfer syntax."""
    bits_stored: int
    """Bits stored per sample."""
    frames: int
    """Number of frames that are there as a whole."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A data set up to its pixels, and where these are."""

    dataset: pydicom.Dataset
    """The elements that are kept."""
    syntax: UID
    """Transfer syntax; guessed where the file does not say."""
    stream: BinaryIO
    """What holds the pixels: the file, or what was inflated."""
    pixels: int
    """Offset of the first byte of the pixels in the stream; -1 where there are none."""
    length: int
    """Bytes of the pixels that are there; what a compressed file announces may be undefined."""
    vr: str
    """Value representation of the pixels, OB or OW; empty where the syntax does not write it."""

    @property
    def patient_id(self) -> str:
        """PatientID (0010,0020), stripped; empty when absent."""
        return str(self.dataset.get("PatientID", "") or "").strip(" \0\t\r\n")


def has_preamble(head: bytes) -> bool:
    """Whether the first 132 bytes of a file end with the mark of a DICOM file."""
    return head[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def is_bare(head: bytes) -> bool:
    """Whether a file seems to be a DICOM data set without preamble; the whole header decides later.

    Such a one starts with an element of group 0002 or 0008 in little endian.
    """
    if len(head) < 16 or head[0] not in {0x02, 0x08} or head[1] or head[3]:
        return False
    return head[4:6] in _VRS or 0 < int.from_bytes(head[4:8], "little") < 256


def read_header(path: Path, stream: BinaryIO) -> Header:
    """Read a file up to its pixels.

    Raises:
        DataError: the file is damaged, or a file without preamble is no stored DICOM object.
    """
    with guarded(path, "damaged DICOM file", AGAIN):
        stream.seek(0)
        bare = stream.read(_PREAMBLE + 4)[_PREAMBLE:] != b"DICM"
        stream.seek(0 if bare else _PREAMBLE + 4)
        # the meta group is written in explicit little endian whatever follows
        meta = read_dataset(stream, False, True, stop_when=_after_meta)
        syntax = UID(str(meta.get("TransferSyntaxUID", "") or "").strip(" \0")) or _guess(stream)
        if syntax == DeflatedExplicitVRLittleEndian:
            stream = _inflated(path, stream)
        known = not syntax.is_private and syntax.is_transfer_syntax
        implicit, little = (syntax.is_implicit_VR, syntax.is_little_endian) if known else (False, True)
        dataset = read_dataset(stream, implicit, little, stop_when=_at_pixels, specific_tags=_TAGS)
        vr, pixels, length = _pixel_element(stream, dataset)
        if bare and not (pixels >= 0 and str(dataset.get("SOPClassUID", "")).startswith(_STORAGE)):
            raise DataError(f"{path}: not a picture: starts like DICOM, but is no stored object", AGAIN)
        return Header(
            dataset=dataset, syntax=syntax, stream=stream, pixels=pixels, length=length, vr=vr
        )  # fmt: skip


def read_regions(dataset: pydicom.Dataset) -> tuple[UltrasoundRegion, ...]:
    """The regions that can be read: wrong tags are common and never fatal."""
    items = dataset.get("SequenceOfUltrasoundRegions", None) or ()
    return tuple(region for item in items if (region := _region(item)) is not None)


def read_patient_id(path: Path) -> str:
    """PatientID (0010,0020) of a DICOM file; empty when the file is none, is damaged, or has no id."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            head = stream.read(_PREAMBLE + 4)
            if not (has_preamble(head) or is_bare(head)):
                return ""
            header = read_header(path, stream)
            with guarded(path, "damaged DICOM header", AGAIN):
                return header.patient_id
    except (OSError, ValueError, DataError):
        # the picture itself is judged, with its reason, when it is decoded
        return ""


def _after_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 2


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag in _PIXEL_TAGS


def _guess(stream: BinaryIO) -> UID:
    """The encoding of a data set by its first element, for files that do not name it."""
    at = stream.tell()
    head = stream.read(6)
    stream.seek(at)
    if head[4:6] not in _VRS:
        return ImplicitVRLittleEndian
    # group 0008 in the other byte order reads as 0800
    return ExplicitVRBigEndian if head[0] == 0 and head[1] else ExplicitVRLittleEndian


def _inflated(path: Path, stream: BinaryIO) -> BinaryIO:
    packed = stream.read()
    limit = _INFLATED + _RATIO * len(packed)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(packed, limit)
    if inflater.unconsumed_tail:
        raise DataError(f"{path}: the deflated data set grows beyond {limit:,} bytes", AGAIN)
    return io.BytesIO(content)


def _pixel_element(stream: BinaryIO, dataset: pydicom.Dataset) -> tuple[str, int, int]:
    """Value representation, offset and length of the pixels, the stream standing at their element."""
    little = dataset.original_encoding[1]
    head = stream.read(8)
    if len(head) < 8 or struct.unpack("<HH" if little else ">HH", head[:4]) != (0x7FE0, 0x0010):
        return "", -1, 0
    explicit = head[4:6] in {b"OB", b"OW", b"UN"}
    size = stream.read(4) if explicit else head[4:]
    at = stream.tell()
    there = stream.seek(0, io.SEEK_END) - at
    announced = int.from_bytes(size, "little" if little else "big")
    vr = head[4:6].decode() if explicit else ""
    return vr, at, there if announced == _UNDEFINED else min(announced, there)


def _region(item: Any) -> UltrasoundRegion | None:
    """One region, or ``None`` when a required value is missing or none."""
    try:
        spacing = None
        if item.PhysicalUnitsXDirection == _CENTIMETRES and item.PhysicalUnitsYDirection == _CENTIMETRES:
            across, down = 10 * abs(float(item.PhysicalDeltaX)), 10 * abs(float(item.PhysicalDeltaY))
            spacing = (across, down) if 0 < across < math.inf and 0 < down < math.inf else None
        return UltrasoundRegion(
            spatial_format=int(item.RegionSpatialFormat),
            data_type=int(item.RegionDataType),
            box=(
                int(item.RegionLocationMinX0), int(item.RegionLocationMinY0),
                int(item.RegionLocationMaxX1), int(item.RegionLocationMaxY1),
            ),
            spacing_mm=spacing,
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError, NotImplementedError, struct.error):
        return None
