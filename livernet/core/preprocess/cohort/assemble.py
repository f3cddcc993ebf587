"""Finished outputs to the files of a cohort: images and masks, manifest, record, lists and review sheet."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Row, write_manifest
from livernet.core.data.record import RECORD
from livernet.core.data.table import read_table
from livernet.core.errors import DataError, OutputError
from livernet.core.files import inert, sha256, write_chunks, write_csv
from livernet.core.preprocess.cohort.pieces import BEFORE, FACTS, MARKERS
from livernet.core.preprocess.cohort.record import record_chunks
from livernet.core.preprocess.cohort.verdicts import Decided
from livernet.core.preprocess.review.pages import Card, write_review
from livernet.core.stages import STAGES

QUARANTINE, DECIDED = "quarantine.csv", "decisions.csv"
_MAP = ("token", "file", "reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One image of the cohort to be."""

    row: Row
    """For the manifest."""
    parts: tuple[str, ...]
    """Folders of the cohort in which it has a file."""
    piece: Callable[[str], bytes]
    """Makes or reads what one of them is to hold, or a part that is put aside: ``BEFORE``, ``COMPARED``,
    ``FACTS``."""
    token: str = ""
    """Of the quarantine, where a person let it in by name."""

    def facts(self) -> dict[str, Any]:
        """For ``preprocess.json``."""
        return dict(json.loads(self.piece(FACTS)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A picture in quarantine."""

    token: str
    """Stands for the file in everything that is shared."""
    file: str
    """The file; goes to the map beside the raw folder alone."""
    reason: str
    """Without patient data."""
    remedy: str
    """What the user can do."""


def assemble(
    work: Path,
    entries: Sequence[Entry],
    refused: Sequence[Refused],
    decided: Sequence[Decided],
    head: Mapping[str, Any],
) -> None:
    """Write a whole cohort into an empty folder.

    Args:
        work: the folder.
        entries: images to keep, none of them rejected.
        refused: pictures in quarantine.
        decided: decisions of the review sheet that were applied.
        head: the record without its images.

    Raises:
        OutputError: a file cannot be written.
    """
    # the order of the files would tell the order of the names behind them
    entries = sorted(entries, key=lambda entry: entry.row.image)
    refused = sorted(refused, key=lambda one: one.token)
    for entry in entries:
        for part in entry.parts:
            _bring(entry, part, work / part / Path(entry.row.image).name)
    listed = [(one.token, one.reason, one.remedy) for one in refused]
    write_csv(work / QUARANTINE, ("token", "reason", "remedy"), listed)
    write_manifest(work, [entry.row for entry in entries])
    if decided:
        write_csv(work / DECIDED, Decided._fields, decided)
    write_review(work, _cards(entries), listed)
    written = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    files = {name: sha256((work / name).read_bytes()) for name in written}
    outcome = {"files": files, "reasons": count_reasons(refused)}
    images = ((entry.row.image, entry.facts()) for entry in entries)
    write_chunks(work / RECORD, record_chunks({**head, "outcome": outcome}, images))
    _at_once(work, [*written, RECORD])


def count_reasons(refused: Sequence[Refused]) -> dict[str, int]:
    """Pictures in quarantine by reason, without the figures in brackets: like ones are counted together."""
    return dict(sorted(Counter(one.reason.partition(" (")[0] for one in refused).items()))


def write_map(path: Path, refused: Sequence[Refused]) -> None:
    """Add which file each token of the quarantine stands for to the private map.

    Tokens of earlier runs stay in it: cohorts made without a key have tokens of their own.

    Raises:
        OutputError: it cannot be written.
    """
    rows = dict(read_map(path)) | {one.token: (_printable(one.file), one.reason) for one in refused}
    try:
        cells = [(token, *rest) for token, rest in sorted(rows.items())]
        write_csv(path, _MAP, cells, private=True)
    except OutputError as error:
        raise OutputError(
            error.message, "give --quarantine-map a file you may write, and repeat: what was prepared is kept"
        ) from error


def read_map(path: Path) -> dict[str, tuple[str, str]]:
    """File and reason by token, as earlier runs wrote them; empty where there is no map.

    Raises:
        OutputError: something else is there, which must not be overwritten.
    """
    hint = "give --quarantine-map the name of a new file, or of an earlier map"
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        if not path.is_file():
            raise OutputError(f"{path}: is no file, and no map of a quarantine", hint)
        table = read_table(path, _MAP, hint)
    except DataError as error:
        raise OutputError(f"{path}: is there, and is no map of a quarantine", hint) from error
    if table.columns != _MAP:
        raise OutputError(f"{path}: is there, and is no map of a quarantine", hint)
    return {cells["token"]: (_bare(cells["file"]), cells["reason"]) for _, cells in table.rows}


def _cards(entries: Sequence[Entry]) -> Iterator[Card]:
    for entry in entries:
        row, facts = entry.row, entry.facts()
        yield Card(
            image=row.image,
            risk=facts["checks"]["risk"],
            checks=facts["checks"],
            before=entry.piece(BEFORE),
            marker=f"{MARKERS}/{Path(row.image).name}" if MARKERS in entry.parts else "",
            stage="" if row.stage is None else STAGES[row.stage],
            view=row.view,
            admitted=bool(facts["admitted"]),
        )


def _bring(entry: Entry, part: str, target: Path) -> None:
    # copied, not moved or linked: two raw files may be the same picture, and an inode tells the order of work
    try:
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(entry.piece(part))
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror})", "free disk space, and repeat the command"
        ) from error


def _at_once(folder: Path, names: Sequence[str]) -> None:
    """Give all files one time: theirs would tell the order of the names behind them."""
    now = int(time.time())
    for name in names:
        os.utime(folder / name, (now, now))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _bare(cell: str) -> str:
    """A cell without the apostrophe that kept it from being a formula, which is written again."""
    return cell[1:] if cell.startswith("'") and inert(cell[1:]) == cell else cell
