"""A cohort that is there already, as entries of the next: how images leave once the key is forgotten."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from livernet.core.data.images import read_picture
from livernet.core.data.manifest import load_manifest
from livernet.core.data.table import read_table
from livernet.core.data.thumbnails import thumbnail
from livernet.core.preprocess.cohort.assemble import DECIDED, QUARANTINE, Entry, Refused
from livernet.core.preprocess.cohort.pieces import BEFORE, COMPARED, FACTS, IMAGES, MARKERS, before
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
        parts = tuple(Path(name).parts[0] for name in named if name and (out / name).is_file())
        made = record["images"][row.image]
        piece = partial(_piece, out, Path(row.image).name, MARKERS in parts, made)
        entries.append(Entry(row=row, parts=parts, piece=piece))
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


def _piece(out: Path, name: str, marked: bool, made: dict[str, Any], part: str) -> bytes:
    if part == FACTS:
        return json.dumps(made).encode()
    if part not in {BEFORE, COMPARED}:
        return (out / part / name).read_bytes()
    image_SS = read_picture(out / IMAGES / name).grey_HW
    if part == COMPARED:
        return thumbnail(image_SS).tobytes()
    marker_SS = read_picture(out / MARKERS / name).grey_HW if marked else None
    return before(image_SS, marker_SS, Geometry.from_dict(made["geometry"]))
