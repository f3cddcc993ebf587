"""The short table of results that ends ``report``."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from livernet.cli.console import out, warn


def print_results(document: dict[str, Any]) -> None:
    """Patient-level results of every run and model on stdout, what to know about them on stderr."""
    table = Table(title="Held-out results per patient", title_justify="left")
    for heading in (
        "run",
        "model",
        "patients",
        "accuracy % (95 %)",
        "chance",
        "majority",
        "AUC (95 %)",
        "Dice",
    ):
        table.add_column(heading, justify="left" if heading in {"run", "model"} else "right")
    for run in document["runs"]:
        for name, model in ((run["summary"] or {}).get("models") or {}).items():
            table.add_row(*(escape(text) for text in _cells(run, name, model)))
    if table.row_count:
        out.print(table)
    for note in document["notes"] + [note for run in document["runs"] for note in run["notes"]]:
        if note["level"] == "warning":
            warn(note["text"])


def _cells(run: dict[str, Any], name: str, model: dict[str, Any]) -> tuple[str, ...]:
    patients = model["patients"]
    areas = [f"≥{cutoff} {_measure(value, 1, 2)}" for cutoff, value in patients["auc"].items()]
    dice = model["segmentation"]["images"]["dice"]["mean"]
    return (
        run["name"],
        name,
        str(patients["n"]),
        _measure(patients["accuracy"], 100, 0),
        f"{100 * run['summary']['chance']:.0f}",
        "–" if patients["majority"]["value"] is None else f"{100 * patients['majority']['value']:.0f}",
        "\n".join(areas),
        "–" if dice is None else f"{dice:.2f}",
    )


def _measure(measure: dict[str, Any], scale: float, digits: int) -> str:
    if measure["value"] is None:
        return "–"
    text = f"{scale * measure['value']:.{digits}f}"
    if "low" not in measure:
        return text
    return f"{text} ({scale * measure['low']:.{digits}f}–{scale * measure['high']:.{digits}f})"
