"""How a screen is stored: name and folder, format, quality, and what a DICOM header says about it."""

from dataclasses import dataclass

import numpy as np

from livernet.core.phantom.identity import Identity

TAGS = {"right": 0.44, "missing": 0.22, "wrong": 0.12, "off screen": 0.08, "whole screen": 0.14}
"""What the region tags of a DICOM file are worth."""
SYNTAXES = {"explicit": 0.3, "implicit": 0.2, "rle": 0.25, "jpeg": 0.25}
DRESSING = {"overlay": 0.25, "icon": 0.3, "private": 0.5, "nested": 0.4, "lie": 0.5, "hangul": 0.6}
"""Where else a DICOM file carries the patient, each on its own; ``lie``: BurnedInAnnotation says NO."""
BARE, EXIF = 0.10, 0.15
"""Shares of files without a suffix, and of PNG and JPEG with a description and a thumbnail."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One file."""

    path: str
    """Relative, forward slashes."""
    container: str
    """``png``, ``jpg``, ``dcm`` or ``cine``."""
    quality: int
    """Of JPEG, also within DICOM."""
    exif: bool
    """Description and thumbnail of the whole screen in the metadata."""
    tags: str
    """A key of ``TAGS``."""
    syntax: str
    """A key of ``SYNTAXES``."""
    grey: bool
    """A DICOM file without colour."""
    dressing: frozenset[str]
    """Keys of ``DRESSING``."""


def draw_form(rng: np.random.Generator, container: str, who: Identity, serial: int) -> Form:
    """The file of picture ``serial`` (unique in the cohort)."""
    suffix = {"png": ".png", "jpg": ".jpg", "dcm": ".dcm", "cine": ".dcm"}[container]
    suffix = "" if rng.random() < BARE else suffix
    return Form(
        path=f"{_stem(rng, who, serial)}{suffix}",
        container=container,
        quality=int(rng.integers(60, 96)),
        exif=bool(rng.random() < EXIF) and container in {"png", "jpg"},
        tags=_pick(rng, TAGS),
        syntax=_pick(rng, SYNTAXES),
        grey=bool(rng.random() < 0.3),
        dressing=frozenset(name for name, share in DRESSING.items() if rng.random() < share),
    )


def _pick(rng: np.random.Generator, shares: dict[str, float]) -> str:
    return str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))


def _stem(rng: np.random.Generator, who: Identity, serial: int) -> str:
    """Folder and name; many an archive names them after the patient or the day."""
    named, day = who.name.replace(" ", "_"), who.study.replace("-", "")
    stems = (
        f"US{serial:05d}",
        f"{named}_{who.number}_{serial}",
        f"{who.hangul}_{serial}",
        f"{day}_{who.number}_{serial}",
    )
    folders = ("", f"{who.number}/", f"{named}/", f"{who.hangul} {who.birth}/")
    stem = stems[rng.choice(4, p=(0.6, 0.16, 0.12, 0.12))]
    folder = folders[rng.choice(4, p=(0.76, 0.08, 0.08, 0.08))]
    return folder + stem
