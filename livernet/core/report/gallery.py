"""Which cases are shown: those that failed most, and a fair sample of all; where their files lie."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_image
from livernet.core.metrics.summary import group_by_model
from livernet.core.report.collect import Run
from livernet.core.stages import Grouping

WHOLE = 48
"""Up to this many cases are all shown; of more, as many evenly spaced ones from worst to best."""
FAILURES = 8
"""Cases in each part of the failure section."""

Case = dict[str, Any]


def gallery(run: Run) -> dict[str, Any]:
    """``model``, ``failures`` (titled parts), ``cases`` worst first, ``of`` how many, ``reason`` if none.

    Shows the first model of the run whose predicted masks are kept.
    """
    rows, reason = _rows(run)
    cases = sorted((_case(row, run.grouping) for row in rows), key=_worst_first)
    return {
        "model": rows[0].model if rows else None,
        "failures": failures(cases),
        "cases": sample(cases, WHOLE),
        "of": len(cases),
        "reason": reason,
    }


def failures(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The wrong classes said with most confidence, and the masks furthest from the expert's."""
    wrong = sorted((case for case in cases if case["right"] is False), key=lambda c: -c["confidence"])
    drawn = sorted((case for case in cases if case["dice"] is not None), key=lambda c: c["dice"])
    parts = [
        {
            "title": "Most confident wrong classes",
            "of": len(wrong),
            "among": "wrong classes",
            "cases": wrong[:FAILURES],
        },
        {
            "title": "Masks furthest from the given ones",
            "of": len(drawn),
            "among": "masks",
            "cases": drawn[:FAILURES],
        },
    ]
    return [part for part in parts if part["cases"]]


def sample(cases: Sequence[Case], most: int) -> list[Case]:
    """All cases, or ``most`` of them evenly spaced, the first and the last among them."""
    if len(cases) <= most:
        return list(cases)
    return [cases[index] for index in np.linspace(0, len(cases) - 1, most).round().astype(int)]


def files(run: Run, case: Case) -> tuple[Path, Path | None, Path | None]:
    """Picture, expert mask and predicted mask of a case; the run's cohort must be there."""
    if run.cohort is None:
        raise ValueError(f"{run.folder}: its cohort is not there")
    masks = {row.image: row.mask for row in run.cohort.rows}
    expert = masks[case["image"]]
    return (
        run.cohort.folder / case["image"],
        run.cohort.folder / expert if expert else None,
        mask_file(run, case["image"], case["model"], case["fold"]),
    )


def mask_file(run: Run, image: str, model: str, fold: int | None) -> Path | None:
    """Where a run keeps a predicted mask; ``None`` where it keeps none, or ``model`` leads elsewhere."""
    stem = PurePosixPath(image).stem
    if run.kind == "predict":
        candidates = [run.folder / f"{stem}_mask.png"]
    elif PurePosixPath(model).name == model:
        candidates = [run.folder / model / f"fold-{fold or 0:02d}" / "masks" / f"{stem}.png"]
    else:
        candidates = []
    return next((path for path in candidates if path.is_file()), None)


def _rows(run: Run) -> tuple[list[Prediction], str]:
    """The predictions that can be shown, or none and why."""
    if not run.predictions:
        return [], "a train run holds no predictions"
    if run.cohort is None:
        return [], run.cohort_reason
    groups = group_by_model(run.predictions)
    masked = (rows for rows in groups.values() if any(_has_mask(run, row) for row in rows))
    chosen = next(masked, next(iter(groups.values())))
    known = {row.image for row in run.cohort.rows}
    rows = [row for row in chosen if row.image in known]
    return rows, "" if rows else "the predictions name no image of the cohort"


def _has_mask(run: Run, row: Prediction) -> bool:
    return mask_file(run, row.image, row.model, row.fold) is not None


def _case(row: Prediction, grouping: Grouping) -> Case:
    probabilities = list(row.calibrated or row.probabilities)
    known = by_image([row])
    return {
        "image": row.image,
        "patient": row.patient,
        "model": row.model,
        "fold": row.fold,
        "true_class": None if row.true_class is None else grouping.class_names[row.true_class],
        "predicted_class": grouping.class_names[row.predicted],
        "right": bool(known.predicted_N[0] == known.true_N[0]) if known.names else None,
        "probabilities": probabilities,
        "confidence": max(probabilities),
        "error": None if row.true_class is None else 1 - probabilities[row.true_class],
        "dice": row.dice,
        "mask_confidence": row.mask_confidence,
    }


def _worst_first(case: Case) -> tuple[float, float, str]:
    """By the probability missing from the true class, then by Dice; unknown ones last."""
    error, dice = case["error"], case["dice"]
    return (-1.0 if error is None else -error, 2.0 if dice is None else dice, case["image"])
