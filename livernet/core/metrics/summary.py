"""All measures of a set of predictions, as ``cv`` writes them into summary.json and ``report`` shows them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError
from livernet.core.metrics.cases import by_image, by_patient, calibrated, majority_rule, worst_rule
from livernet.core.metrics.classification import accuracy, confusion
from livernet.core.metrics.compare import compare_models
from livernet.core.metrics.relation import quality_relation
from livernet.core.metrics.segmentation import segmentation_scores
from livernet.core.metrics.unit import score_rule, score_unit
from livernet.core.stages import STAGES, Grouping

SCHEMA = 2
ModelThresholds = Mapping[tuple[str, int | None], Mapping[str, float | None]]
"""By model, as ``group_by_model`` names it, and fold: the threshold of each cut-off."""


def score(
    predictions: Sequence[Prediction], grouping: Grouping, thresholds: ModelThresholds | None = None
) -> dict[str, Any]:
    """Score every model of ``predictions``; the result can be written as JSON.

    Patients are the primary unit: probabilities are averaged over a patient's images, patients weigh equally.
    Intervals are those of patients in either unit, and conditional on the trained networks. ``thresholds``
    are those that were fixed without the patients of the fold; without them nothing is called positive.

    Raises:
        DataError: the rows and the grouping do not belong together, a probability is no number, or a patient
            has two classes.
    """
    groups = group_by_model(predictions)
    for rows in groups.values():
        _check(rows, grouping)
    return {
        "schema": SCHEMA,
        "grouping": grouping.name,
        "class_names": list(grouping.class_names),
        "cutoffs": [STAGES[stage] for stage in grouping.cutoffs()],
        "straddled": {
            STAGES[stage]: "a class has stages on both sides of this cut-off"
            for stage in range(1, len(STAGES))
            if stage not in grouping.cutoffs()
        },
        "chance": 1 / len(grouping),
        "models": {
            name: _score_model(name, rows, grouping, thresholds or {}) for name, rows in groups.items()
        },
        "comparisons": compare_models(groups, grouping),
    }


def group_by_model(predictions: Sequence[Prediction]) -> dict[str, list[Prediction]]:
    """Rows by model, and by model and seed where a model ran with several seeds."""
    seeds: dict[str, set[int]] = {}
    for row in predictions:
        seeds.setdefault(row.model, set()).add(row.seed)
    groups: dict[str, list[Prediction]] = {}
    for row in predictions:
        several = len(seeds[row.model]) > 1
        groups.setdefault(f"{row.model} (seed {row.seed})" if several else row.model, []).append(row)
    return groups


def _score_model(
    name: str, rows: Sequence[Prediction], grouping: Grouping, thresholds: ModelThresholds
) -> dict[str, Any]:
    folds = fold_accuracies(rows, len(grouping))
    means = [fold["accuracy"]["value"] for fold in folds if fold["accuracy"]["value"] is not None]
    fixed = {fold: by_cutoff for (model, fold), by_cutoff in thresholds.items() if model == name}
    rules = {"majority": majority_rule, "worst": worst_rule}
    return {
        "probabilities": "calibrated" if calibrated(rows) else "raw",
        "unknown_stage": sum(row.true_class is None for row in rows),
        "patients": score_unit(by_patient(rows), grouping, fixed, independent=True),
        "images": score_unit(by_image(rows), grouping, fixed, independent=False),
        "rules": {key: score_rule(by_patient(rows, rule), grouping) for key, rule in rules.items()},
        "folds": folds,
        "fold_mean": {"value": float(np.mean(means))}
        if means
        else {"value": None, "reason": "the predictions come from no folds"},
        "patch_accuracy": _patch_accuracy(rows),
        "segmentation": segmentation_scores(rows),
        "relation": quality_relation(rows),
    }


def fold_accuracies(rows: Sequence[Prediction], classes: int) -> list[dict[str, Any]]:
    """Accuracy per image in each fold, as Table 1 of the paper; empty without folds."""
    folds: list[dict[str, Any]] = []
    for fold in sorted({row.fold for row in rows if row.fold is not None}):
        cases = by_image([row for row in rows if row.fold == fold])
        counts = confusion(cases.true_N, cases.predicted_N, classes)
        measure = accuracy(counts, interval=False)
        folds.append({"fold": fold, "images": len(cases.names), "accuracy": measure.to_dict()})
    return folds


def table1(summary: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Table 1 of the paper: accuracy per image in percent, a row a model, a column a fold, and the mean.

    Beside it stands the accuracy per patient with its interval; ``note`` tells the accuracy of patches.
    ``None`` without folds. Folds count from 1, as in the paper.
    """
    models = {name: model for name, model in (summary or {}).get("models", {}).items() if model["folds"]}
    if not models:
        return None
    folds = max(len(model["folds"]) for model in models.values())
    rows = [
        {
            "model": name,
            "folds": [_percent(fold["accuracy"]) for fold in model["folds"]],
            "mean": _percent(model["fold_mean"]),
            "patients": model["patients"]["accuracy"],
        }
        for name, model in models.items()
    ]
    return {
        "unit": "% of images",
        "folds": list(range(1, folds + 1)),
        "rows": rows,
        "note": _told_of_patches(models),
    }


def _told_of_patches(models: Mapping[str, Any]) -> str:
    known = {name: model["patch_accuracy"]["value"] for name, model in models.items()}
    told = ", ".join(f"{name} {100 * value:.0f} %" for name, value in known.items() if value is not None)
    if not told:
        return ""
    return (
        f"Patch accuracy, the share of single patches given the class of their image: {told}. It is neither "
        "an accuracy of images nor of patients."
    )


def _percent(measure: Mapping[str, Any]) -> float | None:
    return None if measure["value"] is None else 100 * float(measure["value"])


def _patch_accuracy(rows: Sequence[Prediction]) -> dict[str, Any]:
    """The share of patches given the class of their image; every image has as many."""
    values = [row.patch_accuracy for row in rows if row.patch_accuracy is not None]
    if not values:
        return {"value": None, "reason": "the model cuts no patches of images of known stage"}
    return {"value": float(np.mean(values)), "images": len(values), "unit": "patches, not images or patients"}


def _check(rows: Sequence[Prediction], grouping: Grouping) -> None:
    hint = "the predictions were changed or belong to another run: repeat the run that wrote them"
    seen: set[tuple[int | None, str]] = set()
    for row in rows:
        if (row.fold, row.image) in seen:
            raise DataError(f"{row.image}: is predicted twice by {row.model} in the same fold", hint)
        seen.add((row.fold, row.image))
        if len(row.probabilities) != len(grouping):
            raise DataError(
                f"{row.image}: has {len(row.probabilities)} class probabilities, "
                f"but the grouping {grouping.name} has {len(grouping)} classes",
                hint,
            )
        if not all(map(math.isfinite, (*row.probabilities, *(row.calibrated or ())))):
            raise DataError(f"{row.image}: has a class probability that is not a number", hint)
        if row.stage is None or row.true_class is None:
            continue
        if row.true_class != grouping.class_of(row.stage):
            raise DataError(
                f"{row.image}: stage {STAGES[row.stage]} is class {grouping.class_of(row.stage)} of "
                f"{grouping.name}, but the row says {row.true_class}",
                hint,
            )
