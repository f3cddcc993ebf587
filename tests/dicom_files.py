"""Writes DICOM files in every encoding a test asks for; the encoders are pydicom's, Pillow's and gdcm's."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate

COLOUR = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT"}
RAMP = (np.mgrid[:16, :24][1] * 8 + np.mgrid[:16, :24][0] * 4).astype(np.uint8)
"""Grey values 0 to 244, uint8 (16, 24)."""
DEEP = RAMP.astype(np.uint16) * 16
"""The same in 12 bits."""
HTJ2K = base64.b64decode(
    "/0//UQApQAAAAAAYAAAAEAAAAAAAAAAAAAAAGAAAABAAAAAAAAAAAAABBwEB/1AACAACAAAAAv9SAAwAAgABAAUEBEAB/1wA"
    "EyBIUFBQUFBQUFBQUFBQSEhI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAHIAAf+TwCXTAId0AMASgBABh3QA"
    "wBHAEwAncwBI5AAiNADAE0ATgEjkgIt0AKIQACR3VQDAFRAFWEII8dpwAnUAEAAA/uAM98nstwDAKuAVoLZt2/Pwp6enQngA"
    "VlVV/xFe/de/dey6AP/Z"
)
JPEG_12 = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsI"
    "CQoKCgoKBggLDAsKDAkKCgr/wQALDAAQABgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAADf/EABwQAAAGAwAAAAAAAAAAAAAA"
    "AAALDCc3RVVhcv/aAAgBAQAAPwAp/TcRbjArC42t40EABNxFuMCsLja3jQQAE3EW4wKwuNreNAf/AE3EW4wKwuNreNBAATcR"
    "bjArC42t40EABNxFuMCsLja3jQ//2Q=="
)
"""RAMP in high-throughput JPEG 2000 and DEEP in 12-bit JPEG: no encoder of these comes with the tests."""


def dataset(
    pixels: NDArray[np.generic], photometric: str, syntax: str, *, planar: int = 0, **tags: object
) -> FileDataset:
    """A data set without its pixels, described for an array (H, W), (F, H, W), (H, W, 3) or (F, H, W, 3)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = uid.UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = uid.generate_uid(entropy_srcs=["livernet"])
    meta.TransferSyntaxUID = uid.UID(syntax)
    known = syntax in uid.AllTransferSyntaxes
    data = FileDataset(
        None,
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=known and meta.TransferSyntaxUID.is_implicit_VR,
        is_little_endian=not known or meta.TransferSyntaxUID.is_little_endian,
    )
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    colour = photometric in COLOUR
    shape = pixels.shape[:-1] if colour else pixels.shape
    data.Rows, data.Columns = shape[-2:]
    if len(shape) == 3:
        data.NumberOfFrames = shape[0]
    data.SamplesPerPixel, data.PhotometricInterpretation = (3 if colour else 1), photometric
    if colour:
        data.PlanarConfiguration = planar
    bits = 8 * pixels.dtype.itemsize
    data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    for name, value in tags.items():
        setattr(data, name, value)
    if "BitsStored" in tags and "HighBit" not in tags:
        data.HighBit = data.BitsStored - 1
    return data


def native(
    path: Path,
    pixels: NDArray[np.generic],
    photometric: str = "MONOCHROME2",
    syntax: str = uid.ExplicitVRLittleEndian,
    *,
    content: bytes | None = None,
    **tags: object,
) -> Path:
    """Write uncompressed pixels, planes apart where the tags say so; ``content`` replaces their bytes."""
    data = dataset(pixels, photometric, syntax, **{"planar": 0} | tags)
    if photometric in COLOUR and data.PlanarConfiguration == 1:
        pixels = np.moveaxis(pixels, -1, -3)
    if syntax == uid.ExplicitVRBigEndian:
        pixels = pixels.astype(pixels.dtype.newbyteorder(">"))
    raw = pixels.tobytes() if content is None else content
    data.PixelData = raw + b"\0" * (len(raw) % 2)
    data["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    data.save_as(path, enforce_file_format=True)
    return path


def packed(
    path: Path,
    frames: Sequence[bytes],
    pixels: NDArray[np.generic],
    photometric: str,
    syntax: str,
    *,
    table: bool = True,
    fragments: int = 1,
    **tags: object,
) -> Path:
    """Write compressed frames as they are, described for the array they came from."""
    data = dataset(pixels, photometric, syntax, **tags)
    data.PixelData = encapsulate(list(frames), fragments_per_frame=fragments, has_bot=table)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    data.save_as(path, enforce_file_format=True)
    return path


def run_length(path: Path, pixels: NDArray[np.generic], photometric: str, **tags: object) -> Path:
    """Write with run-length encoding."""
    data = dataset(pixels, photometric, uid.ExplicitVRLittleEndian, **tags)
    data.PixelData = pixels.tobytes()
    data.compress(uid.RLELossless, generate_instance_uid=False)
    data.save_as(path, enforce_file_format=True)
    return path


def jpeg(pixels: NDArray[np.uint8], **options: object) -> bytes:
    """A JPEG stream, colours as YCbCr 4:2:0 unless the options say otherwise."""
    return _pillow(pixels, "JPEG", {"quality": 95} | options)


def jpeg_2000(pixels: NDArray[np.generic], *, lossless: bool = True, **options: object) -> bytes:
    """A bare JPEG 2000 codestream; of lossless colours with the reversible transform."""
    how = {"no_jp2": True, "irreversible": not lossless} | options
    if not lossless:
        how |= {"quality_mode": "rates", "quality_layers": [2]}
    return _pillow(pixels, "JPEG2000", how)


def recoded(path: Path, syntax: str) -> Path:
    """The same file in another transfer syntax, by gdcm; raises ImportError where that is missing."""
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(syntax))))
    change.SetInput(reader.GetImage())
    assert change.Change(), f"gdcm does not write {syntax}"
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return path


def bare(path: Path, *, meta: bool) -> Path:
    """The same file without its preamble, and without its meta group unless ``meta``."""
    content = path.read_bytes()[132:]
    if not meta:
        # group length: tag, VR and length take 8 bytes, then the bytes that follow
        content = content[12 + int.from_bytes(content[8:12], "little") :]
    path.write_bytes(content)
    return path


def region(
    box: tuple[int, int, int, int], *, spatial: int = 1, data_type: int = 1, delta: float = 0.05
) -> Dataset:
    """One item of SequenceOfUltrasoundRegions, in centimetres."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType = spatial, data_type
    item.RegionLocationMinX0, item.RegionLocationMinY0 = box[:2]
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box[2:]
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = delta
    return item


def _pillow(pixels: NDArray[np.generic], kind: str, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=kind, **options)
    return buffer.getvalue()
