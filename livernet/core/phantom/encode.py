"""Picture files: PNG, JPEG and DICOM, the same bytes for the same input."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless, generate_uid

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.scan import Sector

FORMATS = ("png", "jpg", "dcm")
_ULTRASOUND_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1"


def encode(screen_HWC: NDArray[np.uint8], kind: str, *, who: Identity, sector: Sector, key: str) -> bytes:
    """The bytes of a screen (H, W, 3) as one of ``FORMATS``; ``key`` makes the DICOM identifiers unique."""
    if kind == "dcm":
        return _dicom(screen_HWC, who, sector, key)
    buffer = io.BytesIO()
    grey_only = bool((screen_HWC == screen_HWC[..., :1]).all())
    image = Image.fromarray(screen_HWC[..., 0] if grey_only else screen_HWC)
    if kind == "jpg":
        image.save(buffer, format="JPEG", quality=80)
    else:
        image.save(buffer, format="PNG", compress_level=9)
    return buffer.getvalue()


def _dicom(screen_HWC: NDArray[np.uint8], who: Identity, sector: Sector, key: str) -> bytes:
    """An Ultrasound Image object (DICOM PS3.3 A.6) with region calibration (C.8.5.5), run-length encoded."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_ULTRASOUND_IMAGE)
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[key, "instance"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(io.BytesIO(), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID = generate_uid(entropy_srcs=[who.number, who.study, "study"])
    data.SeriesInstanceUID = generate_uid(entropy_srcs=[key, "series"])
    data.SpecificCharacterSet = "ISO_IR 192"
    family, given = who.name.split(" ")
    data.PatientName = f"{family}^{given}=={who.hangul[0]}^{who.hangul[1:]}"  # PS3.5 annex I: Hangul third
    data.PatientID = who.number
    data.PatientBirthDate, data.PatientSex = who.birth.replace("-", ""), who.sex
    data.StudyDate, data.Modality = who.study.replace("-", ""), "US"
    data.InstitutionName, data.Manufacturer = HOSPITALS[who.site][0], "livernet phantom"
    data.BurnedInAnnotation = "YES"
    data.SequenceOfUltrasoundRegions = [_region(sector)]
    pixels = screen_HWC
    if who.site:  # one of the two sites archives in grey
        pixels = np.asarray(Image.fromarray(screen_HWC).convert("L"))
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    else:
        data.SamplesPerPixel, data.PhotometricInterpretation, data.PlanarConfiguration = 3, "RGB", 0
    data.Rows, data.Columns = pixels.shape[:2]
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.PixelData = np.ascontiguousarray(pixels).tobytes()
    data.compress(RLELossless, generate_instance_uid=False)
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _region(sector: Sector) -> Dataset:
    """Where the picture lies on the screen (inclusive bounds) and its scale in cm a pixel."""
    x0, y0, x1, y1 = sector.viewport
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = x0, y0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = x1 - 1, y1 - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = sector.mm_per_px / 10
    return region
