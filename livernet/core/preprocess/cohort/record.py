"""``preprocess.json``: how each image of a cohort was made, without patient data."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from livernet import __version__
from livernet.core.data.images import Picture
from livernet.core.data.record import RECORD
from livernet.core.errors import OutputError
from livernet.core.files import is_vacant, json_bytes, read_json, sha256
from livernet.core.preprocess.cohort.border import border_facts
from livernet.core.preprocess.pipeline import Prepared

KIND = "livernet cohort"

_DEIDENTIFICATION = {
    "PatientIdentityRemoved (0012,0062)": "YES",
    "DeidentificationMethod (0012,0063)": "livernet: pixels inside the fitted sector only; "
    "PNG without metadata; ids replaced by HMAC-SHA256",
    "DeidentificationMethodCodeSequence (0012,0064)": [
        {"value": "113100", "scheme": "DCM", "meaning": "Basic Application Confidentiality Profile"},
        {"value": "113101", "scheme": "DCM", "meaning": "Clean Pixel Data Option"},
    ],
    "LongitudinalTemporalInformationModified (0028,0303)": "REMOVED",
    "BurnedInAnnotation (0028,0301)": "NO",
}


def image_record(picture: Picture, prepared: Prepared, digests: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of one image: enough to map a mask back to the original pixels.

    Args:
        picture: as decoded.
        prepared: as written.
        digests: SHA-256 of each file made of it, by folder of the cohort.
    """
    across, down = prepared.geometry.scale
    before = prepared.source_spacing_mm
    return {
        "sha256": dict(digests),
        "format": picture.source_format,
        "bit_depth": picture.bit_depth,
        "photometric": picture.dicom.photometric if picture.dicom is not None else None,
        "transfer_syntax": picture.dicom.transfer_syntax if picture.dicom is not None else None,
        "frames": picture.frames,
        "frame": picture.frame,
        "geometry": prepared.geometry.to_dict(),
        "scale": [round(across, 6), round(down, 6)],
        "sector": prepared.sector.to_dict(),
        "border": border_facts(picture.grey_HW, prepared.kept_HW),
        "spacing_mm": {
            "before": None if before is None else [round(v, 6) for v in before],
            "after": None if before is None else [round(before[0] / across, 6), round(before[1] / down, 6)],
        },
        "checks": prepared.checks,
    }


def record_head(settings: dict[str, Any], inputs: str, key_check: str | None) -> dict[str, Any]:
    """The document without its images.

    Args:
        settings: of the run.
        inputs: sealed digest of the input files.
        key_check: tells a later run whether it has the same key; ``None`` when the key was forgotten.
    """
    return {
        "kind": KIND,
        "version": __version__,
        "settings": settings,
        "deidentification": _DEIDENTIFICATION,
        "key_check": key_check,
        "inputs": inputs,
    }


def record_chunks(head: Mapping[str, Any], images: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[bytes]:
    """The bytes of the document, one image after the other: what ``json_bytes`` makes of the whole.

    Args:
        head: the document without its images.
        images: name and record of each, at least one.
    """
    opening, closing = json_bytes({**head, "images": {"": {}}}).rsplit(b'\n  "": {}', 1)
    yield opening
    between = b"\n  "
    for name, record in images:
        text = json_bytes({name: record})
        yield between + text[len(b"{\n ") : -len(b"\n}\n")].replace(b"\n", b"\n ")
        between = b",\n  "
    yield closing


def read_record(out: Path) -> dict[str, Any] | None:
    """The record of an earlier run in a folder; ``None`` where the folder is absent or empty.

    Raises:
        OutputError: the folder holds something that is not a cohort of this command, or cannot be read.
    """
    hint = "choose a new or empty folder for OUT"
    try:
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out}: is a file, not a folder", hint)
        if is_vacant(out):
            return None
        document = read_json(out / RECORD)
    except FileNotFoundError:
        raise OutputError(f"{out}: is not empty, and not made by 'livernet preprocess'", hint) from None
    except (OSError, ValueError) as error:
        raise OutputError(f"{out / RECORD}: cannot be read ({type(error).__name__})", hint) from error
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise OutputError(f"{out}: is not empty, and not made by 'livernet preprocess'", hint)
    return document


def is_whole(out: Path, record: dict[str, Any]) -> bool:
    """Whether the files of a cohort are those that its record names, all of them, with the same bytes."""
    try:
        listed: dict[str, str] = record["outcome"]["files"]
        folders = {Path(name).parts[0] for name in listed if len(Path(name).parts) > 1}
        there = {
            path.relative_to(out).as_posix()
            for folder in folders
            for path in (out / folder).rglob("*")
            if path.is_file()
        }
        inside = {name for name in listed if len(Path(name).parts) > 1}
        return there == inside and all(sha256((out / n).read_bytes()) == d for n, d in listed.items())
    except (OSError, KeyError, TypeError, AttributeError):
        return False
