"""Copies in a cohort to be: pictures that occur more than once get the number of their group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.manifest import Row
from livernet.core.data.thumbnails import SIDE
from livernet.core.preprocess.cohort.assemble import Entry
from livernet.core.preprocess.cohort.pieces import COMPARED, IMAGES


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
    hashes = [entry.facts()["sha256"][IMAGES] for entry in ordered]
    for number, group in enumerate(find_duplicates(_Compared(ordered), hashes), start=1):
        for place in group.rows:
            row = replace(ordered[place].row, duplicate_group=number)
            ordered[place] = replace(ordered[place], row=row)
    return ordered


class _Compared:
    """Thumbnails that are made or read as they are asked for."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def __getitem__(self, rows_P: NDArray[np.intp], /) -> NDArray[np.uint8]:
        content = b"".join(self._entries[row].piece(COMPARED) for row in rows_P.tolist())
        return np.frombuffer(content, np.uint8).reshape(-1, SIDE, SIDE)


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
