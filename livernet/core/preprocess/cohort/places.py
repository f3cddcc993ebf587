"""The files and folders of a run, and where none of them may lie."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from livernet.core.data.manifest import MANIFEST
from livernet.core.data.record import RECORD
from livernet.core.errors import DataError, OutputError
from livernet.core.preprocess.cohort.assemble import read_map
from livernet.core.preprocess.cohort.sources import LABELS, MASKS, MASKS_B


@dataclass(frozen=True, kw_only=True)
class Places:
    """The files and folders of a run, as the user named them."""

    raw: Path
    """Folder of raw pictures."""
    out: Path
    """Folder of the cohort."""
    labels: Path | None = None
    """Label table; ``None`` takes RAW/labels.csv where there is one."""
    masks: Path | None = None
    """Folder of masks; ``None`` takes RAW/masks where there is one."""
    key: Path | None = None
    """Key file; ``None`` makes a key and forgets it."""
    quarantine_map: Path | None = None
    """Map from token to file; ``None`` writes it beside RAW."""
    review: Path | None = None
    """Decisions saved from the review sheet; ``None`` where there are none."""


def check_places(places: Places) -> Path:
    """Where the quarantine's map goes, after making sure that no output lies where it would do harm.

    Raises:
        DataError: RAW is a cohort already.
        OutputError: OUT holds RAW or its masks, a file with patient data lies in OUT, or the map is no map.
    """
    raw, out = places.raw.resolve(), places.out.resolve()
    if (raw / MANIFEST).is_file() and (raw / RECORD).is_file():
        raise DataError(f"{places.raw}: is a cohort already", "train on it: livernet cv COHORT")
    if out == raw or raw.is_relative_to(out) or out in {raw / MASKS, raw / MASKS_B}:
        raise OutputError(
            f"{places.out}: holds the raw pictures or masks", "choose an OUT folder that does not contain RAW"
        )
    map_file = places.quarantine_map or raw.parent / f"{raw.name}-quarantine-map.csv"
    named = {"--quarantine-map": map_file, "--id-key": places.key, "--apply-review": places.review}
    for name, file in {**named, "--labels": places.labels}.items():
        if file is not None and Path(os.path.realpath(file)).is_relative_to(out):
            raise OutputError(
                f"{file}: lies in OUT, which must stay free of patient data", f"give {name} another folder"
            )
    read_map(map_file)
    return map_file


def with_defaults(places: Places) -> Places:
    """The places with RAW/labels.csv and RAW/masks filled in where nothing else was named."""
    labels, masks = places.raw / LABELS, places.raw / MASKS
    return replace(
        places,
        labels=places.labels or (labels if labels.is_file() else None),
        masks=places.masks or (masks if masks.is_dir() else None),
    )
