"""From what the user names (screenshots, DICOM files, folders, a cohort) to prepared pictures.

Shape suffixes: H, W the scan's own pixels; S side of the prepared picture.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.images import read_picture
from livernet.core.data.manifest import MANIFEST, Cohort, Row, load_manifest
from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.errors import ConfigError, DataError, FaultsError
from livernet.core.preprocess.cohort.sources import LABELS, MASKS, MASKS_B, find_sources
from livernet.core.preprocess.geometry import Geometry
from livernet.core.preprocess.pipeline import prepare
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.settings import PreprocessConfig

_LONGEST = 230
"""Bytes of a stem; file systems allow 255 for a name."""


@dataclass(frozen=True, kw_only=True)
class ScanFile:
    """One picture to answer, not yet read."""

    name: str
    """What predictions.csv calls it: its stem, made unique; in a cohort, the image's path in the manifest."""
    stem: str
    """What files beside predictions.csv are called after."""
    fault: str = ""
    """Why it may not even be opened; empty otherwise."""
    path: Path
    """Where it lies."""
    row: Row | None = None
    """Its row of the manifest, in a cohort."""


@dataclass(frozen=True, kw_only=True)
class Scans:
    """All that is to be answered."""

    files: tuple[ScanFile, ...]
    """In the order in which they are answered."""
    cohort: Cohort | None = None
    """The cohort they are, where one was named."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A prepared picture."""

    file: ScanFile
    """Where it comes from."""
    image_SS: NDArray[np.uint8] = field(repr=False)
    """As the network sees it, before resizing to the training size."""
    geometry: Geometry | None
    """The way back to the scan's own pixels; ``None`` for an image of the cohort that was trained on."""
    expert_SS: NDArray[np.bool_] | None = field(repr=False)
    """Expert mask of a cohort image; ``None`` where there is none."""


@dataclass(frozen=True, kw_only=True)
class Abstained:
    """A scan that is not answered, and why; without path or patient data."""

    name: str
    """Of the scan."""
    reason: str
    """What is wrong with it."""
    remedy: str
    """What to do about it."""


def find_scans(paths: Sequence[Path]) -> Scans:
    """The pictures named: files as they are, folders searched recursively in sorted order, or one cohort.

    In a folder, files that are no pictures and folders called ``masks`` are passed over.

    Raises:
        FaultsError: a path does not exist, or a folder holds no picture; all are listed.
        ConfigError: a cohort is named together with other scans.
    """
    folders = [path.parent if path.name == MANIFEST else path for path in paths]
    cohorts = [folder for folder in folders if (folder / MANIFEST).is_file()]
    if cohorts and len(paths) > 1:
        raise ConfigError(f"{cohorts[0]}: a cohort cannot be mixed with other scans", "name the cohort alone")
    if cohorts:
        cohort = load_manifest(cohorts[0])
        pictures = [cohort.folder / row.image for row in cohort.rows]
        files = [
            ScanFile(name=row.image, stem=stem, path=path, row=row)
            for row, path, stem in zip(cohort.rows, pictures, _stems(pictures), strict=True)
        ]
        return Scans(files=tuple(files), cohort=cohort)
    found: dict[Path, str] = {}
    faults: list[str] = []
    for path in paths:
        try:
            found |= _pictures(path)
        except DataError as error:
            faults.append(error.message)
    if faults:
        raise FaultsError(
            "some scans cannot be found" if len(faults) > 1 else faults[0],
            faults if len(faults) > 1 else (),
            "check the path; livernet reads PNG, JPEG, TIFF, BMP and DICOM",
        )
    named = zip(found.items(), _stems(list(found)), strict=True)
    return Scans(
        files=tuple(ScanFile(name=stem, stem=stem, path=path, fault=fault) for (path, fault), stem in named)
    )


def load_scan(file: ScanFile, settings: PreprocessConfig, known: frozenset[str]) -> Scan | Abstained:
    """Read and prepare one scan just as the training pictures were; ``known`` holds their pixel hashes."""
    if file.fault:
        return Abstained(name=file.name, reason=file.fault, remedy="copy the file into the folder")
    try:
        if file.row is not None:
            return _cohort_scan(file, file.row)
        picture = read_picture(file.path)
        if pixel_hash(picture.grey_HW) in known:
            return Scan(file=file, image_SS=picture.grey_HW, geometry=None, expert_SS=None)
        prepared = prepare(picture, settings)
    except Quarantined as doubt:
        return Abstained(name=file.name, reason=doubt.reason, remedy=doubt.remedy)
    except DataError as error:
        # the message starts with the path, which may carry a name
        reason = error.message.removeprefix(f"{file.path}: ")
        return Abstained(name=file.name, reason=reason.replace(str(file.path), file.name), remedy=error.hint)
    return Scan(file=file, image_SS=prepared.image_SS, geometry=prepared.geometry, expert_SS=None)


def preprocess_settings(recorded: dict[str, Any]) -> PreprocessConfig:
    """The settings that a model file records; what it leaves out is the default."""
    names = {item.name for item in fields(PreprocessConfig)}
    return PreprocessConfig(**{key: value for key, value in recorded.items() if key in names})


def _cohort_scan(file: ScanFile, row: Row) -> Scan:
    image_SS = read_grey(file.path)
    folder = file.path.parents[len(PurePosixPath(row.image).parts) - 1]
    expert_SS = read_grey(folder / row.mask) >= 128 if row.mask else None
    if expert_SS is not None and expert_SS.shape != image_SS.shape:
        raise DataError(
            f"{file.path}: its mask is {len(expert_SS)} pixels wide, the picture {len(image_SS)}",
            "make the cohort again with 'livernet preprocess RAW OUT'",
        )
    return Scan(file=file, image_SS=image_SS, geometry=None, expert_SS=expert_SS)


def _pictures(path: Path) -> dict[Path, str]:
    """The picture itself, or all of a folder as ``preprocess`` finds them, each with its fault."""
    if path.is_dir():
        leave_out = (path / MASKS, path / MASKS_B, path / LABELS)
        return {source.path: source.fault for source in find_sources(path, leave_out)}
    if not path.exists():
        raise DataError(f"{path}: does not exist", "check the path")
    return {path: ""}


def _stems(files: Sequence[Path]) -> list[str]:
    """Stems, with -2, -3 ... where one is taken (capital letters do not tell files apart everywhere).

    A stem is cut to leave room for what is put behind it in the names of masks and figures.
    """
    taken: set[str] = set()
    last: dict[str, int] = {}
    stems: list[str] = []
    for path in files:
        stem = path.stem
        if len(os.fsencode(stem)) > _LONGEST:
            stem = os.fsencode(stem)[:_LONGEST].decode(errors="ignore")
        name, number = stem, last.get(stem.casefold(), 1)
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        last[stem.casefold()] = number
        stems.append(name)
    return stems
