"""One frame of a DICOM file as 8-bit pixels, and the few header values that pre-processing needs.

References are to DICOM PS3.3: photometric interpretation C.7.6.3.1.2, ultrasound regions C.8.5.5.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from livernet.core.data.guard import guarded
from livernet.core.errors import DataError

_GREY = {"MONOCHROME1", "MONOCHROME2"}
_COLOUR = {
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_PARTIAL_422",
    "YBR_PARTIAL_420",
    "YBR_ICT",
    "YBR_RCT",
    "PALETTE COLOR",
}
_AGAIN = "export the file again, or export the picture as PNG"
_DECODERS = "install the decoders with pip install 'livernet[dicom]', or export the file again uncompressed"
_CENTIMETRES = 3


@dataclass(frozen=True, kw_only=True)
class UltrasoundRegion:
    """One item of SequenceOfUltrasoundRegions (0018,6011)."""

    spatial_format: int
    """Region Spatial Format (0018,6012); 1 is two-dimensional."""
    data_type: int
    """Region Data Type (0018,6014); 1 is tissue, 2 colour flow, 3 and 4 spectral."""
    box: tuple[int, int, int, int]
    """Bounds (x0, y0, x1, y1) in pixels, all inclusive as in the standard."""
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
    """Photometric interpretation as the file states it."""
    transfer_syntax: str
    """Name of the transfer syntax."""
    bits_stored: int
    """Bits stored per sample."""
    frames: int
    """Number of frames; the middle one was decoded."""


def read_dicom_frame(path: Path, content: bytes, max_pixels: int) -> tuple[NDArray[np.uint8], DicomFacts]:
    """Decode the middle frame of a DICOM file.

    Returns:
        uint8 pixels, (H, W) for grey and (H, W, 3) RGB for colour, and the header's facts.

    Raises:
        DataError: the file is damaged, has no pixels, is too large, or uses an unknown photometric
            interpretation or a transfer syntax without an installed decoder.
    """
    dataset = _read(path, content)
    with guarded(path, "damaged DICOM header", _AGAIN):
        facts = _facts(dataset)
        size = int(dataset.get("Rows", 0) or 0) * int(dataset.get("Columns", 0) or 0)
    if size == 0 or "PixelData" not in dataset:
        raise DataError(
            f"{path}: the DICOM file holds no picture", "remove it, or export the images of the study"
        )
    if size > max_pixels:
        raise DataError(f"{path}: {size:,} pixels; at most {max_pixels:,} are decoded", _AGAIN)
    if facts.photometric not in _GREY | _COLOUR:
        raise DataError(f"{path}: photometric interpretation {facts.photometric!r} is not known", _AGAIN)
    with guarded(path, f"the pixels, {facts.transfer_syntax}, cannot be decoded", _DECODERS):
        frame = pixel_array(dataset, index=facts.frames // 2)
        if facts.photometric == "PALETTE COLOR":
            frame = apply_color_lut(frame, dataset)
        return _to_8_bits(np.asarray(frame), facts), facts


def _read(path: Path, content: bytes, *, header_only: bool = False) -> pydicom.Dataset:
    with guarded(path, "damaged DICOM file", _AGAIN):
        return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=header_only)


def _facts(dataset: pydicom.Dataset) -> DicomFacts:
    return DicomFacts(
        patient_id=str(dataset.get("PatientID", "") or "").strip(),
        regions=tuple(
            r for item in dataset.get("SequenceOfUltrasoundRegions", []) or [] if (r := _region(item))
        ),
        photometric=str(dataset.get("PhotometricInterpretation", "") or ""),
        transfer_syntax=str(getattr(dataset.file_meta.TransferSyntaxUID, "name", "unknown")),
        bits_stored=int(dataset.get("BitsStored", 8) or 8),
        frames=max(1, int(dataset.get("NumberOfFrames", 1) or 1)),
    )


def _region(item: Any) -> UltrasoundRegion | None:
    """One region, or ``None`` when a required value is missing: wrong tags are common and never fatal."""
    try:
        spacing = None
        if item.PhysicalUnitsXDirection == _CENTIMETRES and item.PhysicalUnitsYDirection == _CENTIMETRES:
            across, down = 10 * abs(float(item.PhysicalDeltaX)), 10 * abs(float(item.PhysicalDeltaY))
            spacing = (across, down) if across > 0 and down > 0 else None
        return UltrasoundRegion(
            spatial_format=int(item.RegionSpatialFormat),
            data_type=int(item.RegionDataType),
            box=(
                int(item.RegionLocationMinX0), int(item.RegionLocationMinY0),
                int(item.RegionLocationMaxX1), int(item.RegionLocationMaxY1),
            ),
            spacing_mm=spacing,
        )  # fmt: skip
    except (AttributeError, TypeError, ValueError):
        return None


def _to_8_bits(frame: NDArray[Any], facts: DicomFacts) -> NDArray[np.uint8]:
    """8-bit samples from a palette's full range or the stored bits; MONOCHROME1 is inverted."""
    depth = 8 * frame.dtype.itemsize if facts.photometric == "PALETTE COLOR" else facts.bits_stored
    values = frame.astype(np.int64)
    if frame.dtype.kind == "i":
        values = values + (1 << (depth - 1))
    values = values.clip(0, (1 << depth) - 1)
    reduced = (values >> (depth - 8) if depth > 8 else values).astype(np.uint8)
    if facts.photometric == "MONOCHROME1":
        reduced = np.uint8(255 if depth >= 8 else (1 << depth) - 1) - reduced
    return reduced[..., :3] if reduced.ndim == 3 else reduced


def read_patient_id(path: Path) -> str:
    """PatientID (0010,0020) of a DICOM file; empty when the file is none, is damaged, or has no id."""
    try:
        with path.open("rb") as stream:
            if stream.read(132)[128:] != b"DICM":
                return ""
        dataset = _read(path, path.read_bytes(), header_only=True)
        with guarded(path, "damaged DICOM header", _AGAIN):
            return str(dataset.get("PatientID", "") or "").strip()
    except (OSError, DataError):
        # the picture itself is judged, with its reason, when it is decoded
        return ""
