"""Copies in a cohort to be: pictures that occur more than once get the number of their group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.manifest import Row
from livernet.core.data.thumbnails import SIDE
from livernet.core.preprocess.cohort.assemble import Entry
from livernet.core.preprocess.cohort.pieces import IMAGES


@dataclass(frozen=True, kw_only=True)
class Copies:
    """How many copies a cohort holds."""

    groups: int
    """Pictures that occur twice or more, equal or nearly so."""
    images: int
    """Images among which they occur."""
    across_patients: int
    """Groups with images of several patients."""
    across_stages: int
    """Groups with images of several known stages."""


def mark_copies(entries: Sequence[Entry]) -> list[Entry]:
    """The entries by name, those with copies marked; numbers run from 1 in the order of the names."""
    ordered = sorted(entries, key=lambda entry: entry.row.image)
    thumbnails_NSS = np.stack([entry.compared() for entry in ordered])
    groups = find_duplicates(thumbnails_NSS, [entry.record["sha256"][IMAGES] for entry in ordered])
    number_of = {row: number for number, group in enumerate(groups, start=1) for row in group.rows}
    return [
        replace(entry, row=replace(entry.row, duplicate_group=number_of.get(row)))
        for row, entry in enumerate(ordered)
    ]


def read_compared(path: Path) -> NDArray[np.uint8]:
    """The thumbnail of a piece, uint8 (SIDE, SIDE)."""
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(SIDE, SIDE)


def count_copies(rows: Sequence[Row]) -> Copies:
    """Count the groups that the manifest marks."""
    groups: dict[int, list[Row]] = {}
    for row in rows:
        if row.duplicate_group is not None:
            groups.setdefault(row.duplicate_group, []).append(row)
    stages = ({row.stage for row in members} - {None} for members in groups.values())
    return Copies(
        groups=len(groups),
        images=sum(map(len, groups.values())),
        across_patients=sum(len({row.patient for row in members}) > 1 for members in groups.values()),
        across_stages=sum(len(known) > 1 for known in stages),
    )
