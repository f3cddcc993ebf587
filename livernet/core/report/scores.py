"""The predictions of a run scored again, with the calibration that it wrote or would write today."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from livernet.core.data.predictions import Prediction
from livernet.core.infer.calibrate import calibrate_folds, read_calibration
from livernet.core.metrics.cases import calibrated
from livernet.core.metrics.summary import group_by_model, score
from livernet.core.report.collect import Run

Fit = dict[str, Any]


def scored(run: Run) -> tuple[Run, dict[str, Any] | None]:
    """The run with calibrated predictions where it is a ``cv``, and their summary; ``None`` without any.

    A ``cv`` of an older version wrote no calibration: it is fitted now, in the same way.

    Raises:
        DataError: predictions, classes or calibration contradict each other.
    """
    if not run.predictions:
        return run, None
    rows: list[Prediction] = []
    fits: dict[str, Fit] = {}
    for name, members in group_by_model(run.predictions).items():
        found, fit = _calibrated(run, name, members)
        rows += found
        if fit:
            fits[name] = fit
    thresholds = {
        (name, one["fold"]): one["thresholds"] for name, fit in fits.items() for one in fit["folds"]
    }
    summary = score(rows, run.grouping, thresholds)
    for name, fit in fits.items():
        summary["models"][name]["calibration_fit"] = fit
    return replace(run, predictions=tuple(rows)), summary


def _calibrated(run: Run, name: str, rows: list[Prediction]) -> tuple[tuple[Prediction, ...], Fit]:
    if run.kind != "cv":
        return tuple(rows), {}
    again, fit = calibrate_folds(rows, run.grouping)
    if not calibrated(rows):
        return again, fit
    written = read_calibration(run.folder, name)
    folds = [{"fold": fold} | one.to_dict() for fold, one in written.items() if fold is not None]
    return tuple(rows), fit | {"folds": folds} if folds else fit


def seeds(summary: Mapping[str, Any] | None) -> dict[str, Any]:
    """Mean and standard deviation over the seeds of a model that ran with several.

    Returns:
        by model: ``seeds`` (their names), ``accuracy`` and ``auc`` by cut-off, each with ``mean`` and ``sd``.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name, model in (summary or {}).get("models", {}).items():
        base, found, _ = name.partition(" (seed ")
        if found:
            groups.setdefault(base, []).append(model["patients"])
    return {
        base: {
            "seeds": len(members),
            "accuracy": _spread([one["accuracy"]["value"] for one in members]),
            "auc": {
                cutoff: _spread([one["auc"][cutoff]["value"] for one in members])
                for cutoff in members[0]["auc"]
            },
        }
        for base, members in groups.items()
    }


def _spread(values: list[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return {"mean": None, "sd": None}
    mean = sum(known) / len(known)
    return {"mean": mean, "sd": (sum((value - mean) ** 2 for value in known) / (len(known) - 1)) ** 0.5}
