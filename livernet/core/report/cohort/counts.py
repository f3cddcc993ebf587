"""Who is in a cohort: images, patients and masks by stage, site and scanner."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livernet.core.metrics.cases import patient_key
from livernet.core.report.collect import Run
from livernet.core.stages import STAGES, Grouping

UNKNOWN = "not given"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What one image contributes to the counts."""

    patient: str
    stage: int | None
    site: str
    scanner: str
    masks: int | None


def cohort_table(run: Run) -> dict[str, Any]:
    """Counts for JSON and the report, from the manifest or, where that is gone, from the predictions."""
    entries = _entries(run)
    return {
        "source": "manifest" if run.cohort is not None else "predictions",
        "reason": run.cohort_reason,
        "images": len(entries),
        "patients": len({entry.patient for entry in entries}),
        "masks": _masks(entries),
        "second_masks": None if run.cohort is None else sum(bool(row.mask_b) for row in run.cohort.rows),
        "stages": _stages(entries, run.grouping),
        "sites": _counts(entries, lambda entry: entry.site or UNKNOWN),
        "scanners": _counts(entries, lambda entry: entry.scanner or UNKNOWN),
    }


def is_phantom(run: Run) -> bool:
    """Whether the run says so, or every image of its cohort is called one of a phantom."""
    recorded = run.facts.get("cohort")
    if isinstance(recorded, Mapping) and recorded.get("phantom"):
        return True
    return run.cohort is not None and run.cohort.is_phantom


def _entries(run: Run) -> list[_Entry]:
    if run.cohort is not None:
        return [
            _Entry(patient=r.patient, stage=r.stage, site=r.site, scanner=r.scanner, masks=int(bool(r.mask)))
            for r in run.cohort.rows
        ]
    rows = {row.image: row for row in run.predictions}
    return [
        _Entry(patient=patient_key(row), stage=row.stage, site="", scanner="", masks=None)
        for row in rows.values()
    ]


def _stages(entries: Sequence[_Entry], grouping: Grouping) -> list[dict[str, Any]]:
    rows = _counts(entries, lambda entry: UNKNOWN if entry.stage is None else STAGES[entry.stage])
    found = {row["name"]: row for row in rows}
    empty = {"images": 0, "patients": 0, "masks": 0 if _masks(entries) is not None else None}
    table = [
        {"class": grouping.class_names[grouping.class_of(stage)], **found.get(name, {"name": name, **empty})}
        for stage, name in enumerate(STAGES)
    ]
    return [*table, *({"class": None, **row} for row in rows if row["name"] == UNKNOWN)]


def _counts(entries: Sequence[_Entry], key: Callable[[_Entry], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return [
        {
            "name": name,
            "images": len(members),
            "patients": len({member.patient for member in members}),
            "masks": _masks(members),
        }
        for name, members in sorted(groups.items())
    ]


def _masks(entries: Sequence[_Entry]) -> int | None:
    counts = [entry.masks for entry in entries if entry.masks is not None]
    return sum(counts) if counts else None
