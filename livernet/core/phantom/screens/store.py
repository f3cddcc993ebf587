"""The bytes of a screen as PNG, JPEG or DICOM, the same for the same input.

Shape suffixes: T frames; H, W the screen; 3 colours.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
    generate_uid,
)

from livernet.core.phantom.identity import Identity
from livernet.core.phantom.screens.exif import exif_block
from livernet.core.phantom.screens.forms import Form
from livernet.core.phantom.screens.header_dicom import dress, write_person
from livernet.core.phantom.screens.screen import Region, Screenshot

_SINGLE, _MULTI = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"


def store(shot: Screenshot, form: Form, who: Identity, key: str) -> bytes:
    """The file's bytes; ``key`` makes the DICOM identifiers unique."""
    if form.container in {"dcm", "cine"}:
        return _dicom(shot, form, who, key)
    screen_HW3 = shot.frames_THW3[0]
    image, buffer = Image.fromarray(screen_HW3), io.BytesIO()
    text = f"{who.name} {who.hangul} {who.number}"
    exif = exif_block(screen_HW3, text) if form.exif else b""
    if form.container == "jpg":
        image.save(buffer, format="JPEG", quality=form.quality, exif=exif)
    else:
        notes = PngImagePlugin.PngInfo()
        if form.exif:
            notes.add_text("Comment", who.number)
            notes.add_itxt("Description", text)
        image.save(buffer, format="PNG", pnginfo=notes, exif=exif)
    return buffer.getvalue()


def _dicom(shot: Screenshot, form: Form, who: Identity, key: str) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_MULTI if len(shot.frames_THW3) > 1 else _SINGLE)
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[key, "instance"])
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if form.syntax == "implicit" else ExplicitVRLittleEndian
    data = FileDataset(io.BytesIO(), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID = generate_uid(entropy_srcs=[who.number, who.study, "study"])
    data.SeriesInstanceUID = generate_uid(entropy_srcs=[key, "series"])
    write_person(data, who, hangul="hangul" in form.dressing)
    data.BurnedInAnnotation = "NO" if "lie" in form.dressing else "YES"
    items = _tags(shot, form)
    if items:
        data.SequenceOfUltrasoundRegions = items
    dress(data, who, form.dressing, np.asarray(Image.fromarray(shot.frames_THW3[0]).convert("L")))
    _pixels(data, shot.frames_THW3, form)
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _pixels(data: Dataset, frames_THW3: tuple[NDArray[np.uint8], ...], form: Form) -> None:
    images = [Image.fromarray(frame) for frame in frames_THW3]
    images = [image.convert("L") for image in images] if form.grey else images
    data.Rows, data.Columns = frames_THW3[0].shape[:2]
    data.SamplesPerPixel = 1 if form.grey else 3
    data.PhotometricInterpretation = "MONOCHROME2" if form.grey else "RGB"
    if not form.grey:
        data.PlanarConfiguration = 0
    if len(images) > 1:
        data.NumberOfFrames, data.FrameTime = len(images), "40"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    if form.syntax == "jpeg":
        data.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        data.PhotometricInterpretation = "MONOCHROME2" if form.grey else "YBR_FULL_422"
        data.LossyImageCompression = "01"
        data.PixelData = encapsulate([_jpeg(image, form.quality) for image in images])
        data["PixelData"].VR = "OB"
        return
    content = b"".join(np.ascontiguousarray(np.asarray(image)).tobytes() for image in images)
    data.PixelData = content + b"\0" * (len(content) % 2)
    data["PixelData"].VR = "OW" if form.syntax == "implicit" else "OB"
    if form.syntax == "rle":
        data.compress(RLELossless, generate_instance_uid=False)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=quality, subsampling="4:2:2")
    content = buffer.getvalue()
    return content + b"\0" * (len(content) % 2)


def _tags(shot: Screenshot, form: Form) -> list[Dataset]:
    """Region tags as good as the form says; wrong ones are common in archives."""
    height, width = shot.frames_THW3[0].shape[:2]
    if form.tags == "missing":
        return []
    if form.tags == "whole screen":
        scale = shot.regions[0].mm_per_px if shot.regions else 0.3
        whole = Region(spatial_format=1, data_type=1, box=(0, 0, width, height), mm_per_px=scale)
        return [_item(whole, (0, 0))]
    shift = {"right": (0, 0), "wrong": (-width // 4, height // 5), "off screen": (width, height // 2)}[
        form.tags
    ]
    return [_item(region, shift) for region in shot.regions]


def _item(region: Region, shift: tuple[int, int]) -> Dataset:
    """One region with inclusive bounds and, in two dimensions, its scale in cm a pixel (PS3.3 C.8.5.5)."""
    x0, y0, x1, y1 = region.box
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = (
        region.spatial_format,
        region.data_type,
        0,
    )
    item.RegionLocationMinX0, item.RegionLocationMinY0 = max(0, x0 + shift[0]), max(0, y0 + shift[1])
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = max(1, x1 - 1 + shift[0]), y1 - 1 + shift[1]
    units = 3 if region.spatial_format == 1 else 4
    item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection = units, 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = region.mm_per_px / 10
    return item
