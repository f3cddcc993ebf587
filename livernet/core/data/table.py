"""Comma-separated tables as people and spreadsheets write them: odd rows are named, nothing is guessed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livernet.core.errors import DataError
from livernet.core.files import sha256


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a header."""

    columns: tuple[str, ...]
    """As the first line names them, in small letters and without surrounding space."""
    rows: tuple[tuple[int, dict[str, str]], ...]
    """Number of each row, the header being 1, and its cells by column; rows without any text are left out."""
    faults: tuple[str, ...]
    """Rows with more cells than there are columns, where a comma may have moved every later cell."""
    sha256: str
    """Of the file's bytes."""


def read_table(path: Path, needed: Sequence[str], hint: str) -> Table:
    """Read a table of UTF-8 text, with or without byte-order mark, with any line ends.

    Args:
        path: the file.
        needed: columns that must be there.
        hint: what to do where they are not.

    Raises:
        DataError: the file cannot be read, is no such text, lacks a column or names one twice.
    """
    try:
        content = path.read_bytes()
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        lines = [(n, cells) for n, cells in enumerate(reader, start=1) if any(map(str.strip, cells))]
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})", "check the path") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path}: is not UTF-8 comma-separated text ({error})", "save the table as CSV UTF-8"
        ) from error
    header = [name.strip().lower() for name in lines[0][1]] if lines else []
    _check_header(path, header, needed, hint)
    rows: list[tuple[int, dict[str, str]]] = []
    faults: list[str] = []
    for number, cells in lines[1:]:
        if any(map(str.strip, cells[len(header) :])):
            found = f"{len(cells)} cells for {len(header)} columns"
            faults.append(f"row {number}: {found}; put quotes around a cell that holds a comma")
        padded = cells + [""] * (len(header) - len(cells))
        rows.append((number, dict(zip(header, padded, strict=False))))
    return Table(columns=tuple(header), rows=tuple(rows), faults=tuple(faults), sha256=sha256(content))


def _check_header(path: Path, header: Sequence[str], needed: Sequence[str], hint: str) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        found = f"its first line reads {','.join(header)[:80]!r}" if header else "the file is empty"
        raise DataError(f"{path}: no column {', '.join(missing)}; {found}", hint)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise DataError(f"{path}: the column {', '.join(twice)} is there twice", "keep one of each column")
