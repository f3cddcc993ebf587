"""Which sections the page of a run has, in which order: its contents, its headings and its partials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Run = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a run; its partial is ``NAME.html.j2`` beside this file."""

    name: str
    """Name of the partial, and of the anchor together with the number of the run."""
    title: str
    """Heading, and line of the contents."""
    shown: Callable[[Run], bool] = lambda _: True
    """Whether a run has it."""
    numbers: bool = False
    """Whether it shows results, which need a caveat where they cannot be believed."""


def numbered(run: Run) -> bool:
    """Whether a run has held-out numbers of any kind."""
    return _scored(run) or _masked(run)


def _scored(run: Run) -> bool:
    return bool(run["summary"]) and any(model["images"]["n"] for model in run["summary"]["models"].values())


def _masked(run: Run) -> bool:
    models: Mapping[str, Any] = (run["summary"] or {}).get("models", {})
    return any(model["segmentation"]["images"]["dice"]["n"] for model in models.values())


def _compared(run: Run) -> bool:
    return _scored(run) and bool(run["summary"].get("comparisons") or run["seeds"])


def _has(key: str) -> Callable[[Run], bool]:
    return lambda run: bool(run.get(key))


SECTIONS = (
    Section(name="flow", title="Cohort flow", shown=_has("flow")),
    Section(name="characteristics", title="Characteristics of the patients", shown=_has("characteristics")),
    Section(name="answers", title="Answers", shown=_has("answers")),
    Section(name="results", title="Results", shown=_scored, numbers=True),
    Section(name="discrimination", title="ROC curves", shown=_scored, numbers=True),
    Section(name="calibration", title="Calibration", shown=_scored, numbers=True),
    Section(name="decision", title="Decisions and thresholds", shown=_scored, numbers=True),
    Section(name="subgroups", title="Subgroups and agreement", shown=_scored, numbers=True),
    Section(name="comparison", title="Comparison of models", shown=_compared, numbers=True),
    Section(name="masks", title="Masks", shown=_masked, numbers=True),
    Section(name="failures", title="Failures", shown=lambda run: bool(run["gallery"]["failures"])),
    Section(name="gallery", title="Gallery", shown=lambda run: run["kind"] != "train"),
    Section(name="audits", title="Audits", shown=_has("audits")),
    Section(name="duplicates", title="Duplicates", shown=lambda run: run["duplicates"] is not None),
    Section(name="training", title="Training", shown=_has("curves")),
    Section(name="methods", title="Methods, ready to paste", shown=_has("methods")),
    Section(name="claim", title="CLAIM checklist", shown=_has("claim")),
    Section(name="card", title="Model card", shown=_has("card")),
    Section(name="made", title="How it was made"),
)


def sections(run: Run) -> list[Section]:
    """The sections that this run has."""
    return [section for section in SECTIONS if section.shown(run)]
