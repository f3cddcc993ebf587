"""A folder of console pictures with labels, masks and the truth behind them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livernet import __version__
from livernet.core.errors import OutputError
from livernet.core.files import is_vacant, write_bytes, write_csv, write_json, write_png
from livernet.core.phantom.encode import FORMATS, encode
from livernet.core.phantom.identity import HOSPITALS
from livernet.core.phantom.people import person_truth
from livernet.core.phantom.plan import Quota, draw_patients
from livernet.core.phantom.shot import Shot, Sitting, seat, take
from livernet.core.phantom.skins import SKINS
from livernet.core.stages import STAGES

_KIND = "livernet phantom"
"""What truth.json says it is."""
_SHARE = (0.30, 0.52, 0.18)
_HEADER = ("file", "patient", "stage", "site", "scanner", "view")
_NOTE = "Synthetic. Every name, number, date, hospital and maker is invented; no picture shows a person."


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What was written."""

    folder: Path
    """With labels.csv, masks/, masks_b/ and truth.json."""
    images: int
    """Pictures."""
    patients: int
    """Patients."""
    stages: tuple[tuple[str, int, int], ...]
    """Stage, patients, images."""
    size_bytes: int
    """Of the pictures."""


def write_cohort(
    out: Path,
    seed: int,
    quota: Quota,
    on_picture: Callable[[int, int], None] | None = None,
    *,
    confound: float = 0.0,
) -> Summary:
    """Make a cohort in ``out``; ``on_picture(done, total)`` is called after each picture.

    ``confound`` is the probability that a patient's console follows his stage.

    Raises:
        ConfigError: ``confound`` is no probability.
        OutputError: ``out`` is not empty and was not made by the same call, or cannot be written.
    """
    patients = draw_patients(seed, quota, len(SKINS), confound)
    head = claim(out, seed, quota, **said_of(confound))
    total, size = sum(quota.images), 0
    rows: list[tuple[str, ...]] = []
    people: list[dict[str, Any]] = []
    pictures: list[dict[str, Any]] = []
    for patient in patients:
        sitting = seat(seed, patient)
        scanner = sitting.skin.name
        people.append(person_truth(patient, sitting.who, sitting.traits, sitting.habitus, scanner))
        for number in range(patient.images):
            shot = take(seed, sitting, number)
            name = _file_name(seed, sitting, number)
            size += _write_picture(out, name, shot, sitting, f"{seed}/{patient.index}/{number}")
            rows.append(_row(name, sitting, shot))
            pictures.append(_picture(name, sitting, shot))
            if on_picture is not None:
                on_picture(len(rows), total)
    return close(out, head, quota, rows, {"people": people, "pictures": pictures}, size)


def said_of(confound: float) -> dict[str, float]:
    """What ``truth.json`` says of consoles that follow the stage; nothing where they do not."""
    return {"confound": confound} if confound else {}


def claim(out: Path, seed: int, quota: Quota, **more: str | float) -> dict[str, Any]:
    """Make sure that ``out`` is new, empty or the same cohort, and leave a sign before the first picture.

    Returns:
        The head of ``truth.json``: settings, and ``more`` of them where they are not the standard's.

    Raises:
        OutputError: ``out`` holds something else, or cannot be written.
    """
    settings = {"seed": seed, "patients": list(quota.patients), "images": list(quota.images)}
    head = {"kind": _KIND, "version": __version__, **settings, **more}
    truth = out / "truth.json"
    try:
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out}: is a file, not a folder", "choose a new folder")
        if not is_vacant(out):
            found = json.loads(truth.read_text()) if truth.is_file() else {}
            if not isinstance(found, dict) or found.get("kind") != _KIND:
                raise OutputError(
                    f"{out}: is not empty and was not made by this command", "choose a new folder"
                )
            other = any(found.get(key) != head.get(key) for key in ("consoles", "confound"))
            if other or any(found.get(key) != value for key, value in head.items()):
                raise OutputError(
                    f"{out}: holds a phantom cohort made with other settings",
                    "choose a new folder, or delete this one",
                )
    except (OSError, ValueError) as error:
        raise OutputError(f"{out}: cannot be examined ({error})", "choose a new folder") from error
    write_json(truth, {**head, "status": "running"})
    return head


def close(
    out: Path,
    head: dict[str, Any],
    quota: Quota,
    rows: Sequence[tuple[str, ...]],
    truth: dict[str, Any],
    size_bytes: int,
) -> Summary:
    """Write the labels and the truth behind a cohort whose pictures are there.

    Args:
        out: its folder.
        head: what :func:`claim` returned.
        quota: patients and pictures of each stage.
        rows: of labels.csv, one a picture.
        truth: ``people`` and ``pictures``.
        size_bytes: of the pictures.

    Raises:
        OutputError: a file cannot be written.
    """
    write_csv(out / "labels.csv", _HEADER, rows)
    write_json(out / "truth.json", {**head, "status": "finished", "note": _NOTE, **truth})
    stages = tuple((s, p, i) for s, p, i in zip(STAGES, quota.patients, quota.images, strict=True))
    people = len(truth["people"])
    return Summary(folder=out, images=len(rows), patients=people, stages=stages, size_bytes=size_bytes)


def _file_name(seed: int, sitting: Sitting, number: int) -> str:
    """Consoles name their exports in many ways, some after the patient."""
    rng = np.random.default_rng([seed, 3, sitting.patient.index, number])
    suffix = str(rng.choice(FORMATS, p=_SHARE))
    if rng.random() < 0.25:
        stem = f"{sitting.who.name.replace(' ', '_')}_{sitting.who.number}_{number + 1}"
    else:
        stem = f"US{sitting.patient.index:04d}_{number + 1:02d}"
    return f"{stem}.{suffix}"


def _write_picture(out: Path, name: str, shot: Shot, sitting: Sitting, key: str) -> int:
    content = encode(shot.screen_HWC, name[-3:], who=sitting.who, sector=shot.sector, key=key)
    write_bytes(out / name, content)
    for folder, mask in zip(("masks", "masks_b"), shot.masks_HW, strict=True):
        write_png((out / folder / name).with_suffix(".png"), mask.astype(np.uint8) * np.uint8(255))
    return len(content)


def _row(name: str, sitting: Sitting, shot: Shot) -> tuple[str, ...]:
    site = HOSPITALS[sitting.who.site][0]
    scanner = f"{sitting.skin.name} phantom"  # no table of results may pass for one of real scans
    return name, sitting.who.number, STAGES[sitting.patient.stage], site, scanner, shot.view


def _picture(name: str, sitting: Sitting, shot: Shot) -> dict[str, Any]:
    return {
        "file": name,
        "patient": sitting.who.number,
        "view": shot.view,
        "size": [shot.screen_HWC.shape[1], shot.screen_HWC.shape[0]],
        "sector": shot.sector.document(),
        "extras": asdict(shot.extras),
        "burned_in": [{"kind": m.kind, "text": m.text, "box": list(m.box)} for m in shot.marks],
    }
