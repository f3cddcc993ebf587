"""Table 1 of the paper in a terminal."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from livernet.cli.console import note, out

_ACROSS = 10
"""Folds in a line, as the paper has them."""


def print_table1(table1: dict[str, Any] | None, name: str) -> None:
    """Accuracy per image of every fold in percent, the mean, and beside it the accuracy per patient."""
    if table1 is None:
        return
    folds = table1["folds"]
    for first in range(0, len(folds), _ACROSS):
        part = slice(first, first + _ACROSS)
        last = first + _ACROSS >= len(folds)
        title = escape(f"{name}: Table 1, accuracy per image in %, by fold")
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 0), pad_edge=False)
        table.add_column("model")
        for heading in (*(str(fold) for fold in folds[part]), *(("mean", "patients") if last else ())):
            table.add_column(heading, justify="right", no_wrap=True, min_width=4)
        for row in table1["rows"]:
            values = [_percent(value) for value in row["folds"][part]]
            values += [""] * (len(folds[part]) - len(values))
            ends = (_percent(row["mean"]), _patients(row["patients"])) if last else ()
            table.add_row(escape(row["model"]), *values, *ends)
        out.print(table)
    if table1["note"]:
        note(table1["note"])


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _patients(measure: dict[str, Any]) -> str:
    if measure["value"] is None:
        return "–"
    low, high = measure.get("low"), measure.get("high")
    limits = "" if low is None or high is None else f" ({100 * low:.0f}–{100 * high:.0f})"
    return f"{100 * measure['value']:.0f}{limits}"
