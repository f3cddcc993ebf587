"""A run with its document so far, as the words about it are made from it."""

from dataclasses import replace
from typing import Any

from livernet.core.config import Config
from livernet.core.report.cohort.characteristics import characteristics
from livernet.core.report.cohort.counts import cohort_table
from livernet.core.report.cohort.flow import flow
from livernet.core.report.cohort.subgroups import subgroups
from livernet.core.report.collect import Run
from livernet.core.report.document import describe, flatten
from livernet.core.report.scores import scored
from livernet.core.report.words.known import Known, know


def described(run: Run, **more: Any) -> tuple[Run, dict[str, Any]]:
    """The run and its document, scored; ``more`` replaces parts of the document."""
    again, summary = scored(run)
    entry = describe(again, summary, "") | {"verdict": None, "audits": []} | more
    for name, write in (("flow", flow), ("characteristics", characteristics), ("subgroups", subgroups)):
        entry.setdefault(name, write(again, entry))
    return again, entry


def known(run: Run, **more: Any) -> Known:
    """What is known of the run without its results; ``more`` replaces parts of the document."""
    plain = {
        "class_names": list(run.grouping.class_names),
        "cohort": cohort_table(run),
        "made": dict(run.facts),
        "settings": flatten(run.facts.get("config")),
        "libraries": flatten(run.facts.get("libraries")),
    }
    return know(run, plain | more)


def with_settings(run: Run, **settings: Any) -> Run:
    """The run with settings such as ``model_width=8`` in its run.json, beside those it had before."""
    config = {part: dict(values) for part, values in run.facts["config"].items() if isinstance(values, dict)}
    for name, value in settings.items():
        part, _, key = name.partition("_")
        config.setdefault(part, {})[key] = value
    return replace(run, facts={**run.facts, "config": config})


def whole(run: Run) -> Run:
    """The run with all settings, as real runs record them, at their defaults."""
    return replace(run, facts={**run.facts, "models": ["livernet"], "config": Config().to_dict()})
