"""Finished outputs to the files of a cohort: images and masks, manifest, record, lists and review sheet."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from livernet.core.data.manifest import MANIFEST, Row, write_manifest
from livernet.core.errors import OutputError
from livernet.core.files import UNFINISHED, write_csv, write_json
from livernet.core.preprocess.pieces import MARKERS
from livernet.core.preprocess.record import RECORD
from livernet.core.preprocess.review import Card, write_review
from livernet.core.stages import STAGES

QUARANTINE, DECIDED = "quarantine.csv", "decisions.csv"
IMAGES = "images"
FOLDERS = (IMAGES, "masks", "masks_b", MARKERS)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One image of the cohort to be."""

    row: Row
    """For the manifest."""
    record: dict[str, Any]
    """For ``preprocess.json``."""
    files: Mapping[str, Path]
    """Part (a folder of the cohort) to where the finished file lies now."""
    before: Callable[[], bytes]
    """Makes or reads the thumbnail of the review sheet."""
    admitted: bool = False
    """Whether a person let it in by name."""


@dataclass(frozen=True, kw_only=True)
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


class Decided(NamedTuple):
    """A row of ``decisions.csv``: by which decision an image is in the cohort, or out of it.

    The reviewer's notes are left out, since people write what they see.
    """

    item: str
    """Image or token."""
    verdict: str
    """``accept``, ``reject`` or ``admit``."""
    row: str
    """Of the decision file."""
    decision_file_sha256: str
    """Which file that was."""


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
        for part, path in entry.files.items():
            _bring(path, work / part / Path(entry.row.image).name)
    listed = [(one.token, one.reason, one.remedy) for one in refused]
    write_csv(work / QUARANTINE, ("token", "reason", "remedy"), listed)
    write_manifest(work, [entry.row for entry in entries])
    if decided:
        write_csv(work / DECIDED, Decided._fields, sorted(decided))
    write_review(work, _cards(entries), listed)
    files = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    reasons = dict(sorted(Counter(_kind(one.reason) for one in refused).items()))
    images = {entry.row.image: entry.record for entry in entries}
    record = {**head, "outcome": {"files": files, "reasons": reasons}, "images": images}
    write_json(work / RECORD, record)


def write_map(path: Path, refused: Sequence[Refused]) -> None:
    """Write which file each token of the quarantine stands for; a file that carries patient data.

    Raises:
        OutputError: it cannot be written.
    """
    rows = [(one.token, _inert(one.file), one.reason) for one in sorted(refused, key=lambda one: one.token)]
    try:
        write_csv(path, ("token", "file", "reason"), rows)
    except OutputError as error:
        raise OutputError(
            error.message, "give --quarantine-map a file you may write, and repeat: what was prepared is kept"
        ) from error


def put_in_place(work: Path, out: Path) -> None:
    """Move a whole cohort from its folder of work to where it belongs, the record last.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        (out / RECORD).unlink(missing_ok=True)
        for old in sorted(out.iterdir()):
            if old.name in {*FOLDERS, QUARANTINE, DECIDED, MANIFEST} or _is_sheet(old):
                _remove(old)
        for new in sorted(work.iterdir(), key=lambda path: path.name == RECORD):
            new.replace(out / new.name)
        for left in out.glob(f"{UNFINISHED}*"):
            if left != work:
                _remove(left)
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error


def _cards(entries: Sequence[Entry]) -> Iterator[Card]:
    for entry in entries:
        row = entry.row
        yield Card(
            image=row.image,
            risk=entry.record["checks"]["risk"],
            checks=entry.record["checks"],
            before=entry.before(),
            marker=f"{MARKERS}/{Path(row.image).name}" if MARKERS in entry.files else "",
            stage="" if row.stage is None else STAGES[row.stage],
            view=row.view,
            admitted=entry.admitted,
        )


def _bring(path: Path, target: Path) -> None:
    """Give a finished file its name; it keeps the old one, since two raw files may be the same picture."""
    try:
        target.parent.mkdir(exist_ok=True)
        try:
            target.hardlink_to(path)
        except OSError:  # not every file system has links
            shutil.copyfile(path, target)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror})", "free disk space, and repeat the command"
        ) from error


def _is_sheet(path: Path) -> bool:
    return path.suffix == ".html" and path.stem.startswith("review")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _kind(reason: str) -> str:
    """A reason without the figures in brackets, so that like ones are counted together."""
    return reason.partition(" (")[0]


def _inert(text: str) -> str:
    """A file name as a cell that no spreadsheet takes for a formula."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return f"'{printable}" if printable[:1] in {"=", "+", "-", "@"} else printable
