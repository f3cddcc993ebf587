"""Pictures that occur twice: the groups of a run's split, with their patients, classes and folds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.stages import STAGES

SHOWN = 24
"""Groups that the page shows with their pictures; all are counted and listed in the JSON file."""
PICTURES = 6
"""Pictures that the page shows of one group."""


def duplicates(run: Run) -> list[dict[str, Any]] | None:
    """The groups, those across patients and classes first; ``None`` where no split looked for them."""
    if run.splits is None or not isinstance(run.splits.get("duplicates"), list):
        return None
    patients = {row.image: row.patient for row in run.predictions}
    stages = {row.image: row.stage for row in run.predictions}
    if run.cohort is not None:
        patients = {row.image: row.patient for row in run.cohort.rows}
        stages = {row.image: row.stage for row in run.cohort.rows}
    folds = {str(image): number for number, fold in enumerate(run.splits["folds"]) for image in fold["test"]}
    groups = [
        _group(entry, run, (patients, stages, folds)) for entry in run.splits["duplicates"] if _images(entry)
    ]
    groups.sort(key=lambda group: (-(group["classes"] or 0), -group["patients"], -len(group["images"])))
    return groups


def count_duplicates(groups: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Pictures in the groups, and groups by kind and by what they cross."""
    found = groups or []
    return {
        "pictures": sum(len(group["images"]) for group in found),
        "across_patients": sum(group["patients"] > 1 for group in found),
        "across_classes": sum((group["classes"] or 0) > 1 for group in found),
        "across_folds": sum(group["folds"] > 1 for group in found),
        "kinds": dict(Counter(group["kind"] for group in found)),
    }


def _images(entry: object) -> list[str]:
    images = entry.get("images") if isinstance(entry, Mapping) else entry
    return [str(image) for image in images] if isinstance(images, list) else []


def _group(entry: object, run: Run, known: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    patients, stages, folds = known
    said: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    images = _images(entry)
    found = [stages[image] for image in images if stages.get(image) is not None]
    return {
        "kind": str(said.get("kind", "exact")),
        "score": score if isinstance(score := said.get("score"), int | float) else None,
        "images": [
            {
                "image": image,
                "patient": patients.get(image),
                "stage": None if stages.get(image) is None else STAGES[stages[image]],
                "fold": folds.get(image),
            }
            for image in images
        ],
        "patients": _distinct([patients.get(image, image) for image in images]),
        "classes": _distinct([run.grouping.class_of(stage) for stage in found]) or None,
        "folds": _distinct([folds[image] for image in images if image in folds]),
    }


def _distinct(values: Sequence[object]) -> int:
    return len(set(values))
