"""A cohort that is there already, as entries of the next: how images leave once the key is forgotten."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.images import read_picture
from livernet.core.data.manifest import load_manifest
from livernet.core.data.table import read_table
from livernet.core.data.thumbnails import thumbnail
from livernet.core.preprocess.cohort.assemble import DECIDED, QUARANTINE, Entry, Refused
from livernet.core.preprocess.cohort.pieces import MARKERS, before
from livernet.core.preprocess.cohort.verdicts import Decided
from livernet.core.preprocess.geometry import Geometry

_HINT = "delete OUT, and make the cohort again"


def read_entries(out: Path, record: dict[str, Any]) -> list[Entry]:
    """The images of a cohort, their files where they lie.

    Args:
        out: folder of a whole cohort.
        record: its ``preprocess.json``.

    Raises:
        DataError: the manifest cannot be read.
    """
    entries: list[Entry] = []
    for row in load_manifest(out).rows:
        named = [row.image, row.mask, row.mask_b, f"{MARKERS}/{Path(row.image).name}"]
        there = [part for part in named if part and (out / part).is_file()]
        files = {Path(part).parent.as_posix(): out / part for part in there}
        made = record["images"][row.image]
        entries.append(
            Entry(
                row=row,
                compared=partial(_compared, out / row.image),
                record=made,
                files=files,
                before=partial(_before, files[Path(row.image).parent.as_posix()], files.get(MARKERS), made),
            )
        )
    return entries


def read_refused(out: Path) -> list[Refused]:
    """The pictures in quarantine, without the names of their files, which only the private map knows.

    Raises:
        DataError: the list cannot be read.
    """
    table = read_table(out / QUARANTINE, ("token", "reason", "remedy"), _HINT)
    return [
        Refused(token=cells["token"], file="", reason=cells["reason"], remedy=cells["remedy"])
        for _, cells in table.rows
    ]


def read_decided(out: Path) -> list[Decided]:
    """The decisions that were applied before; none where there were none.

    Raises:
        DataError: the list cannot be read.
    """
    if not (out / DECIDED).is_file():
        return []
    table = read_table(out / DECIDED, Decided._fields, _HINT)
    return [Decided(*(cells[name] for name in Decided._fields)) for _, cells in table.rows]


def _compared(image: Path) -> NDArray[np.uint8]:
    return thumbnail(read_picture(image).grey_HW)


def _before(image: Path, marker: Path | None, made: dict[str, Any]) -> bytes:
    marker_SS: NDArray[np.uint8] | None = None if marker is None else read_picture(marker).grey_HW
    return before(read_picture(image).grey_HW, marker_SS, Geometry.from_dict(made["geometry"]))
