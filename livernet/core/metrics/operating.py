"""Sensitivity, specificity and predictive values at thresholds fixed without the cases they are applied to.

Shapes: N cases, B rows of case weights; unit weights give the estimate. NaN is what is undefined.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.cases import Cases
from livernet.core.metrics.intervals import WILSON, wilson
from livernet.core.metrics.measure import Measure, missing

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Thresholds = Mapping[int | None, Mapping[str, float | None]]
"""By fold: the threshold of each cut-off, ``P(>= F2) >= threshold`` being positive."""

RATES = ("sensitivity", "specificity", "ppv", "npv")
_EMPTY = {
    "sensitivity": "no case at or above the cut-off",
    "specificity": "no case below the cut-off",
    "ppv": "no case was called positive",
    "npv": "no case was called negative",
}


def thresholds_of(cases: Cases, cutoff: str, thresholds: Thresholds) -> Floats | None:
    """The threshold of each case, that of its fold; ``None`` where a fold has none.

    A patient whose images lie in several folds has the mean of theirs, as of the probabilities.
    """
    found: list[float] = []
    for folds in cases.folds:
        values = [thresholds.get(fold, {}).get(cutoff) for fold in folds]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        found.append(float(np.mean(known)))
    return np.asarray(found, dtype=np.float64)


def called(score_N: Floats, threshold_N: Floats | float) -> Bools:
    """Which cases are called positive; rounded, so that a score equal on paper is at the threshold."""
    return np.asarray(score_N.round(9) >= np.round(threshold_N, 9), dtype=np.bool_)


def selections(positive_N: Bools, called_N: Bools) -> dict[str, tuple[Bools, Bools]]:
    """By rate: the cases that are right, and those that it is a share of."""
    return {
        "sensitivity": (positive_N & called_N, positive_N),
        "specificity": (~positive_N & ~called_N, ~positive_N),
        "ppv": (positive_N & called_N, called_N),
        "npv": (~positive_N & ~called_N, ~called_N),
    }


def shares(right_N: Bools, of_N: Bools, weights_BN: Floats) -> Floats:
    """Weighted share of ``right_N`` among ``of_N`` (B,); NaN where the latter have no weight."""
    total_B = weights_BN @ of_N.astype(np.float64)
    shares_B: Floats = (weights_BN @ right_N.astype(np.float64)) / np.where(total_B > 0, total_B, np.nan)
    return shares_B


def rate(name: str, right_N: Bools, of_N: Bools, *, interval: bool) -> Measure:
    """One of ``RATES`` of all cases, with a Wilson interval where they are independent (patients)."""
    right, total = int(right_N.sum()), int(of_N.sum())
    if not total:
        return missing(_EMPTY[name])
    measure = Measure(value=right / total)
    return measure.within(wilson(right, total), WILSON) if interval else measure
