"""``review-decisions.csv``: what a person decided on the review sheet, read and checked as a whole."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, cast, get_args

from livernet.core.data.table import read_table
from livernet.core.errors import FaultsError
from livernet.core.files import FORMULA_STARTS

DECISIONS = "review-decisions.csv"
"""The name under which the review sheet saves them."""
NOTE_LENGTH = 300
"""Characters of a note; longer ones are cut."""

Verdict = Literal["accept", "reject", "admit"]

_TOKEN = re.compile(r"Q[0-9a-f]{6,}(_f[0-9]+)?")
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_QUOTED_FORMULA = re.compile(f"'+[{re.escape(''.join(FORMULA_STARTS))}]")
_HINT = "mend the rows in a text editor, or save the decisions from the review sheet again"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided about one picture."""

    item: str
    """Name of an image without folder and suffix, or a quarantine token."""
    verdict: Verdict
    """``accept`` and ``reject`` speak of an image of the cohort, ``admit`` of a quarantined picture."""
    note: str
    """One printable line, possibly empty; never longer than :data:`NOTE_LENGTH`."""
    row: int
    """Of the file, the header being 1."""


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """A decision file."""

    path: Path
    """Where it was read."""
    by_item: Mapping[str, Decision]
    """By name of image (without folder and suffix) or by token."""

    def check(self, images: Collection[str], tokens: Collection[str]) -> None:
        """Hold the decisions against what there is: a mistyped rejection must not let its picture stay.

        Args:
            images: paths or names of all images that could be accepted or rejected.
            tokens: of all pictures that could be admitted.

        Raises:
            FaultsError: decisions about items that do not exist; all of them at once.
        """
        known = {_canonical(image) for image in images} | set(tokens)
        faults = [
            f"row {one.row}: {one.item!r}: no such {'token' if one.verdict == 'admit' else 'image'}"
            for one in self.by_item.values()
            if one.item not in known
        ]
        hint = "use the decision file saved from this cohort's own review sheet, made with the same key"
        _raise_all(self.path, faults, hint)


def read_decisions(path: Path) -> Decisions:
    """Read the decisions ``item,verdict,note`` that the review sheet saved or a person wrote.

    Raises:
        DataError: the file cannot be read or is no such table.
        FaultsError: rows are wrong; every fault is listed by row.
    """
    table = read_table(path, ("item", "verdict"), "the first line must read item,verdict,note")
    faults = list(table.faults)
    by_item: dict[str, Decision] = {}
    for number, cells in table.rows:
        item, verdict = _canonical(cells["item"]), cells["verdict"].strip().lower()
        fault = _fault(item, verdict)
        if not fault and item in by_item:
            fault = f"is decided in row {by_item[item].row} already; keep one of the two rows"
        if fault:
            faults.append(f"row {number}: {cells['item'].strip()[:80]!r}: {fault}")
            continue
        by_item[item] = Decision(
            item=item, verdict=cast(Verdict, verdict), note=clean_note(cells.get("note", "")), row=number
        )
    _raise_all(path, faults, _HINT)
    return Decisions(path=path, by_item=by_item)


def clean_note(text: str) -> str:
    """A note as one printable line of limited length, without the apostrophe before a formula."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[1 if _QUOTED_FORMULA.match(line) else 0 :][:NOTE_LENGTH].rstrip()


def _canonical(item: str) -> str:
    """``images/NAME.png``, ``NAME.png`` and ``NAME`` are one item; anything else stays what it is."""
    path = PurePosixPath(item.strip().replace("\\", "/"))
    if path.parent in {PurePosixPath(), PurePosixPath("images")} and path.suffix in {".png", ""}:
        return path.stem
    return str(path)


def _fault(item: str, verdict: str) -> str:
    """What is wrong with a row, and what to do; empty where nothing is."""
    if not item:
        return "item is empty; write the name of an image or a quarantine token"
    if verdict not in get_args(Verdict):
        return f"verdict {verdict[:80]!r} is unknown; write accept, reject or admit"
    is_token = _TOKEN.fullmatch(item) is not None
    if not is_token and not _STEM.fullmatch(item):
        return "is neither images/NAME.png nor a quarantine token (Q...); copy it from the sheet"
    if verdict == "admit" and not is_token:
        return "is an image; admit takes a quarantine token (Q...): write accept or reject"
    if verdict != "admit" and is_token:
        return f"is a quarantine token; write admit, or leave the row out, instead of {verdict}"
    return ""


def _raise_all(path: Path, faults: list[str], hint: str) -> None:
    if faults:
        raise FaultsError(f"{path}: {len(faults)} fault{'s' * (len(faults) > 1)}", faults, hint)
