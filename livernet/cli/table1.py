"""Table 1 of the paper in a terminal."""

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from livernet.cli.console import note, out

_ACROSS = 10
"""Folds in a line, as the paper has them."""


def print_table1(table1: dict[str, Any] | None, pairs: Sequence[dict[str, Any]], name: str) -> None:
    """Accuracy per image of every fold in percent, the mean, and beside it the accuracy per patient.

    Below it a line for each of ``pairs``, the comparisons of models on the same patients.
    """
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
    for pair in pairs:
        out.print(_compared(pair), markup=False, highlight=False)
    if table1["note"]:
        note(table1["note"])


def _compared(pair: dict[str, Any]) -> str:
    gain, test = pair["accuracy_difference"], pair["mcnemar"]
    told = f"{pair['a']} against {pair['b']} on the same {pair['patients']} patients: accuracy "
    if gain["value"] is None:
        return f"{told}not compared ({gain['reason']})"
    told += f"{100 * gain['value']:+.0f} points"
    if gain.get("low") is not None:
        told += f" ({100 * gain['low']:+.0f} to {100 * gain['high']:+.0f})"
    if test["p"] is None:
        return told
    return f"{told}, McNemar p = {test['p']:.3f}, {test['p_holm']:.3f} by Holm"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _patients(measure: dict[str, Any]) -> str:
    if measure["value"] is None:
        return "–"
    low, high = measure.get("low"), measure.get("high")
    limits = "" if low is None or high is None else f" ({100 * low:.0f}–{100 * high:.0f})"
    return f"{100 * measure['value']:.0f}{limits}"
