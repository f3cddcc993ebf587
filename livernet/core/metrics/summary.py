"""All measures of a set of predictions, as ``cv`` writes them into summary.json and ``report`` shows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError
from livernet.core.metrics import classification as kl
from livernet.core.metrics.cases import Cases, by_image, by_patient, calibrated, patient_key
from livernet.core.metrics.ordinal import quadratic_kappa
from livernet.core.metrics.segmentation import iou_of_dice, spread
from livernet.core.stages import STAGES, Grouping

SCHEMA = 1


def score(predictions: Sequence[Prediction], grouping: Grouping) -> dict[str, Any]:
    """Score every model of ``predictions``; the result can be written as JSON.

    Patients are the primary unit: probabilities are averaged over a patient's images, patients weigh equally,
    and only patient-level values carry intervals, because images of one patient are not independent.

    Raises:
        DataError: the rows and the grouping do not belong together, or a patient has two classes.
    """
    groups = group_by_model(predictions)
    for rows in groups.values():
        _check(rows, grouping)
    return {
        "schema": SCHEMA,
        "grouping": grouping.name,
        "class_names": list(grouping.class_names),
        "cutoffs": [STAGES[stage] for stage in grouping.cutoffs()],
        "chance": 1 / len(grouping),
        "models": {name: _score_model(rows, grouping) for name, rows in groups.items()},
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


def _score_model(rows: Sequence[Prediction], grouping: Grouping) -> dict[str, Any]:
    folds = fold_accuracies(rows, len(grouping))
    means = [fold["accuracy"]["value"] for fold in folds if fold["accuracy"]["value"] is not None]
    return {
        "probabilities": "calibrated" if calibrated(rows) else "raw",
        "unknown_stage": sum(row.true_class is None for row in rows),
        "patients": _score_cases(by_patient(rows), grouping, independent=True),
        "images": _score_cases(by_image(rows), grouping, independent=False),
        "folds": folds,
        "fold_mean": {"value": float(np.mean(means))}
        if means
        else _none("the predictions come from no folds"),
        "segmentation": _segmentation(rows),
    }


def _score_cases(cases: Cases, grouping: Grouping, *, independent: bool) -> dict[str, Any]:
    counts = kl.confusion(cases.true_N, cases.predicted_N, len(grouping))
    per_class = counts.sum(axis=1)
    total = len(cases.names)
    measures = {
        "accuracy": kl.accuracy(counts, interval=independent),
        "balanced_accuracy": kl.balanced_accuracy(counts, grouping.class_names),
        "macro_f1": kl.macro_f1(counts, grouping.class_names),
        "kappa": quadratic_kappa(counts),
        "brier": kl.brier(cases.probability_NK, cases.true_N),
    }
    return {
        "n": total,
        "per_class": per_class.tolist(),
        "majority": {"value": float(per_class.max()) / total}
        if total
        else _none("no case has a known stage"),
        **{name: measure.to_dict() for name, measure in measures.items()},
        "auc": {STAGES[stage]: _auc(cases, grouping, stage, independent) for stage in grouping.cutoffs()},
        "confusion": counts.tolist(),
    }


def _auc(cases: Cases, grouping: Grouping, stage: int, independent: bool) -> dict[str, Any]:
    if not cases.names:
        return _none("no case has a known stage")
    classes = list(grouping.classes_at_or_above(stage) or ())
    scores = cases.probability_NK[:, classes].sum(axis=1).round(9)
    return kl.auc(scores, np.isin(cases.true_N, classes), interval=independent).to_dict()


def fold_accuracies(rows: Sequence[Prediction], classes: int) -> list[dict[str, Any]]:
    """Accuracy per image in each fold, as Table 1 of the paper; empty without folds."""
    folds: list[dict[str, Any]] = []
    for fold in sorted({row.fold for row in rows if row.fold is not None}):
        cases = by_image([row for row in rows if row.fold == fold])
        counts = kl.confusion(cases.true_N, cases.predicted_N, classes)
        measure = kl.accuracy(counts, interval=False)
        folds.append({"fold": fold, "images": len(cases.names), "accuracy": measure.to_dict()})
    return folds


def _segmentation(rows: Sequence[Prediction]) -> dict[str, Any]:
    scored = [(patient_key(row), row.dice) for row in rows if row.dice is not None]
    patients: dict[str, list[float]] = {}
    for patient, value in scored:
        patients.setdefault(patient, []).append(value)
    image_dice = [value for _, value in scored]
    return {
        "images": {"dice": spread(image_dice), "iou": spread([iou_of_dice(value) for value in image_dice])},
        "patients": {
            "dice": spread([float(np.mean(values)) for values in patients.values()]),
            "iou": spread([float(np.mean([iou_of_dice(v) for v in values])) for values in patients.values()]),
        },
    }


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
        if row.stage is not None and row.true_class != grouping.class_of(row.stage):
            raise DataError(
                f"{row.image}: stage {STAGES[row.stage]} is class {grouping.class_of(row.stage)} of "
                f"{grouping.name}, but the row says {row.true_class}",
                hint,
            )


def _none(reason: str) -> dict[str, Any]:
    return {"value": None, "reason": reason}
