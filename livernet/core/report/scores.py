"""The predictions of a run scored again, with the calibration that it wrote or would write today."""

from dataclasses import replace
from typing import Any

from livernet.core.data.predictions import Prediction
from livernet.core.infer.calibrate import calibrate_folds
from livernet.core.infer.calibration import read_calibration
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
