"""``report``: one self-contained HTML page and one JSON file with every number on it."""

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livernet import __version__
from livernet.core.errors import ConfigError
from livernet.core.files import check_writable, json_bytes, write_together
from livernet.core.report.audited import audited
from livernet.core.report.cohort.characteristics import characteristics
from livernet.core.report.cohort.flow import flow
from livernet.core.report.cohort.subgroups import subgroups
from livernet.core.report.collect import Run, load_run
from livernet.core.report.comparison import compare_runs
from livernet.core.report.document import describe
from livernet.core.report.drawing.assets import draw_charts
from livernet.core.report.page.render import render
from livernet.core.report.pictures import draw_pictures
from livernet.core.report.scores import scored
from livernet.core.report.words.card import card
from livernet.core.report.words.claim import claim
from livernet.core.report.words.methods import methods
from livernet.core.report.words.notes import comparison_notes

SCHEMA = 2
_WORDS: dict[str, Callable[[Run, dict[str, Any]], dict[str, Any]]] = {
    "flow": flow,
    "characteristics": characteristics,
    "subgroups": subgroups,
    "methods": methods,
    "claim": claim,
    "card": card,
}
"""Parts of a run's entry that are written from the run and from what the entry holds so far."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was written."""

    html: Path
    """The page."""
    json: Path
    """Its numbers, beside the page."""
    document: dict[str, Any]
    """The contents of the JSON file."""


def build_report(runs: Sequence[Path], out: Path, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Report on the runs named, or on the newest finished one, into ``out`` and the JSON file beside it.

    Raises:
        DataError: a run is missing, unfinished or damaged.
        ConfigError: ``out`` would overwrite its own JSON file, a run is named twice, or there are more runs
            than labels.
        OutputError: a file cannot be written.
    """
    _check(runs, out)
    loaded = [load_run(run) for run in runs] or [load_run(None)]
    check_writable(out)
    calibrated: list[Run] = []
    described: list[dict[str, Any]] = []
    for number, run in enumerate(loaded):
        progress(f"{run.folder}: scoring {len(run.predictions)} predictions and drawing")
        again, entry = _describe(run, string.ascii_uppercase[number] if len(loaded) > 1 else "", progress)
        calibrated.append(again)
        described.append(entry)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "livernet": __version__,
        "intended_use": "research use only, not a medical device",
        "notes": comparison_notes(loaded),
        "runs": described,
        "comparison": compare_runs(calibrated),
    }
    pictures = draw_charts(document)
    pictures["runs"] = [
        drawn | draw_pictures(run, entry)
        for run, entry, drawn in zip(calibrated, described, pictures["runs"], strict=True)
    ]
    data = out.with_suffix(".json")
    write_together({data: json_bytes(document), out: render(document, pictures).encode()})
    return Report(html=out, json=data, document=document)


def _describe(run: Run, label: str, progress: Callable[[str], None]) -> tuple[Run, dict[str, Any]]:
    """The run with calibrated predictions, and its entry in the document."""
    again, summary = scored(run)
    entry = describe(again, summary, label)
    entry |= audited(again, summary, progress)
    for name, write in _WORDS.items():
        entry[name] = write(again, entry)
    return again, entry


def _check(runs: Sequence[Path], out: Path) -> None:
    if out.suffix.lower() == ".json":
        raise ConfigError(f"--out {out}: names the HTML page, not a .json file", "use e.g. --out report.html")
    if out.is_dir():
        raise ConfigError(f"--out {out}: is a folder", f"name a file, e.g. --out {out / 'report.html'}")
    if len(runs) > len(string.ascii_uppercase):
        raise ConfigError(f"{len(runs)} runs are too many for one page", "name at most 26 runs")
    places = [run.resolve() for run in runs]
    twice = next((run for run, place in zip(runs, places, strict=True) if places.count(place) > 1), None)
    if twice is not None:
        raise ConfigError(f"{twice}: is named twice", "name each run once")
