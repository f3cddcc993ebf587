"""The short table of results that ends ``cv`` and ``report``."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from livernet.cli.console import out, warn
from livernet.cli.verdict import believed, print_verdict
from livernet.core.stages import cutoff_name


def print_results(document: dict[str, Any]) -> None:
    """Whether to believe them, then patient-level results of every run on stdout; warnings on stderr."""
    entries = [
        (run, name, model)
        for run in document["runs"]
        for name, model in ((run["summary"] or {}).get("models") or {}).items()
        if model["patients"]["n"] or model["segmentation"]["images"]["dice"]["mean"] is not None
    ]
    cutoffs = list(dict.fromkeys(cutoff for run, _, _ in entries for cutoff in run["summary"]["cutoffs"]))
    cutoffs = [
        cutoff for cutoff in cutoffs if cutoff in {"F2", "F4"}
    ] or cutoffs  # wide enough for 80 columns
    several = len(document["runs"]) > 1
    doubted = any(not believed(run) for run, _, _ in entries)
    name = "" if several else f"{document['runs'][0]['name']}: "
    title = escape(f"{name}{'not to be believed: ' * doubted}held-out results per patient, 95 % intervals")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("run, model" if several else "model", overflow="fold", min_width=8)
    areas = (f"AUC {cutoff_name(cutoff)}" for cutoff in cutoffs)
    for heading in ("n", "acc. %", "chance", "maj.", *areas, "Dice"):
        table.add_column(heading, justify="right", no_wrap=True)
    for entry in entries:
        style = None if believed(entry[0]) else "dim"
        table.add_row(*(escape(text) for text in _cells(*entry, cutoffs, several)), style=style)
    numbered = [run["name"] for run, _, _ in entries]
    for run in document["runs"]:
        reason = (run.get("audited") or {}).get("reason") if run["name"] in numbered else None
        if several and (run.get("verdict") or reason):
            out.print(f"[bold]{escape(run['name'])}[/bold]")
        print_verdict(run.get("verdict"), reason)
    if entries:
        out.print(table)
    _print_warnings(document)


def _print_warnings(document: dict[str, Any]) -> None:
    """Each warning once, with the runs it is about where it is not about all of them."""
    about: dict[str, list[str]] = {
        note["text"]: [] for note in document["notes"] if note["level"] == "warning"
    }
    for run in document["runs"]:
        for note in run["notes"]:
            if note["level"] == "warning":
                about.setdefault(note["text"], []).append(run["name"])
    for text, names in about.items():
        some = 0 < len(names) < len(document["runs"])
        warn(f"{', '.join(names)}: {text}" if some else text)


def _cells(
    run: dict[str, Any], name: str, model: dict[str, Any], cutoffs: list[str], several: bool
) -> tuple[str, ...]:
    patients = model["patients"]
    areas = [_measure(patients["auc"].get(cutoff, {"value": None}), 1, 2) for cutoff in cutoffs]
    dice = model["segmentation"]["images"]["dice"]["mean"]
    return (
        f"{run['name']}\n{name}" if several else name,
        str(patients["n"]),
        _measure(patients["accuracy"], 100, 0),
        f"{100 * run['summary']['chance']:.0f}",
        "–" if patients["majority"]["value"] is None else f"{100 * patients['majority']['value']:.0f}",
        *areas,
        "–" if dice is None else f"{dice:.2f}",
    )


def _measure(measure: dict[str, Any], scale: float, digits: int) -> str:
    if measure["value"] is None:
        return "–"
    text = f"{scale * measure['value']:.{digits}f}"
    if "low" not in measure:
        return text
    return f"{text}\n({scale * measure['low']:.{digits}f}–{scale * measure['high']:.{digits}f})"
