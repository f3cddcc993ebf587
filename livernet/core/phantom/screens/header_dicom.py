"""Everything in a DICOM header that names the patient, besides the pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.screens.canvas import letters


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the hospital's computer adds to an examination; all of it must not survive."""

    accession: str
    """Number of the examination."""
    station: str
    """Name of the console in the network."""
    serial: str
    """Serial number of the console."""
    description: str
    """Of the study; it names the patient."""
    physician: str
    """Who asked for it."""


def paper_of(who: Identity) -> Paper:
    """Invented, and the same for all pictures of a patient."""
    return Paper(
        accession=f"ACC{who.number[::-1]}", station=f"USROOM{who.number[2:5]}",
        serial=f"SN{who.number[:4]}{who.study[:4]}Q", description=f"ABDOMEN {who.name}",
        physician=f"DR^{who.name.split(' ')[1][::-1]}",
    )  # fmt: skip


def name_of(who: Identity, *, hangul: bool) -> str:
    """PatientName; with Hangul as the third component group (PS3.5 annex I)."""
    family, given = who.name.split(" ")
    return f"{family}^{given}" + (f"=={who.hangul[0]}^{who.hangul[1:]}" if hangul else "")


def write_person(data: Dataset, who: Identity, *, hangul: bool) -> None:
    """Patient, study and equipment."""
    paper = paper_of(who)
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName = name_of(who, hangul=hangul)
    data.PatientID, data.PatientSex = who.number, who.sex
    data.PatientBirthDate, data.StudyDate = who.birth.replace("-", ""), who.study.replace("-", "")
    data.SeriesDate = data.ContentDate = data.StudyDate
    data.Modality = "US"
    data.InstitutionName = HOSPITALS[who.site][1 if hangul else 0]
    data.StationName, data.AccessionNumber = paper.station, paper.accession
    data.StudyDescription, data.DeviceSerialNumber = paper.description, paper.serial
    data.ReferringPhysicianName = paper.physician
    data.PatientComments = f"{who.name} {who.birth}"
    data.Manufacturer = "livernet phantom"


def dress(data: Dataset, who: Identity, names: frozenset[str], grey_HW: NDArray[np.uint8]) -> None:
    """Add what ``names`` (of ``forms.DRESSING``) lists: private tags, nested sequences, icon, overlay.

    Args:
        data: changed in place.
        who: named in all of them.
        names: what to add.
        grey_HW: the screen, uint8 (H, W); the icon shows it small, the overlay lies across its middle.
    """
    if "private" in names:
        block = data.private_block(0x0019, "LIVERNET PHANTOM", create=True)
        block.add_new(0x01, "LO", who.name)
        block.add_new(0x02, "UT", f"{who.hangul} {who.number} {who.birth}")
    if "nested" in names:
        inner, outer = Dataset(), Dataset()
        inner.PatientName, inner.PatientID = name_of(who, hangul=True), who.number
        outer.ReferencedPatientSequence = Sequence([inner])
        outer.ScheduledProcedureStepDescription = f"US {who.name}"
        data.RequestAttributesSequence = Sequence([outer])
    if "icon" in names:
        data.IconImageSequence = Sequence([_icon(grey_HW)])
    if "overlay" in names:
        _overlay(data, who, grey_HW.shape)


def _icon(grey_HW: NDArray[np.uint8]) -> Dataset:
    small_HW = np.asarray(Image.fromarray(grey_HW).resize((128, 96)))
    icon = Dataset()
    icon.Rows, icon.Columns = small_HW.shape
    icon.SamplesPerPixel, icon.PhotometricInterpretation = 1, "MONOCHROME2"
    icon.BitsAllocated = icon.BitsStored = 8
    icon.HighBit, icon.PixelRepresentation = 7, 0
    icon.PixelData = small_HW.tobytes()
    return icon


def _overlay(data: Dataset, who: Identity, screen: tuple[int, ...]) -> None:
    """The name as a bitmap of one bit a pixel over the picture (PS3.3 C.9.2)."""
    shape = np.asarray(letters(f"{who.name} {who.hangul}", 22)) > 60
    rows, columns = shape.shape
    origin = [screen[0] // 2, max(1, (screen[1] - columns) // 2)]
    bits = np.packbits(shape.ravel(), bitorder="little").tobytes()
    for element, vr, value in (
        (0x0010, "US", rows), (0x0011, "US", columns), (0x0022, "LO", f"NAME {who.name}"),
        (0x0040, "CS", "G"), (0x0050, "SS", origin), (0x0100, "US", 1), (0x0102, "US", 0),
        (0x3000, "OW", bits + b"\0" * (len(bits) % 2)),
    ):  # fmt: skip
        data.add_new((0x6000, element), vr, value)
