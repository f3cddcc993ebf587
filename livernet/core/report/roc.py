"""ROC curves of a run, with bands for the patients. N counts cases, T thresholds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import Cases, by_image, by_patient
from livernet.core.metrics.classification import roc
from livernet.core.metrics.intervals import wilson
from livernet.core.stages import STAGES, Grouping

BAND = (
    "joint 95 % region of each threshold's sensitivity and specificity (Wilson, 97.5 % each), as an envelope"
)
"""What the shaded band is (Pepe, The Statistical Evaluation of Medical Tests, 2003, section 2.2)."""
_Z = 2.2365
"""Normal quantile of a two-sided level of sqrt(0.95): two independent rates that hold together in 95 %."""
_GRID = np.linspace(0, 1, 101)


def rocs(rows: Sequence[Prediction], grouping: Grouping) -> dict[str, Any]:
    """By cut-off: the curve of the patients and that of the images, or ``None`` where a side is empty."""
    units = {"patients": by_patient(rows), "images": by_image(rows)}
    return {
        STAGES[stage]: {
            unit: _curve(cases, grouping, stage, banded=unit == "patients") for unit, cases in units.items()
        }
        for stage in grouping.cutoffs()
    }


def _curve(cases: Cases, grouping: Grouping, stage: int, *, banded: bool) -> dict[str, Any] | None:
    classes = list(grouping.classes_at_or_above(stage) or ())
    positive_N = np.isin(cases.true_N, classes)
    if not cases.names or positive_N.all() or not positive_N.any():
        return None
    score_N = cases.probability_NK[:, classes].sum(axis=1).round(9)
    false_T, true_T = roc(score_N, positive_N)
    curve: dict[str, Any] = {"false_positive_rate": false_T.tolist(), "true_positive_rate": true_T.tolist()}
    if banded:
        positives = int(positive_N.sum())
        curve["band"] = band(false_T, true_T, positives, len(positive_N) - positives)
    return curve


def band(
    false_T: NDArray[np.float64], true_T: NDArray[np.float64], positives: int, negatives: int
) -> dict[str, list[float]]:
    """The envelope of the confidence rectangles of all thresholds; it has a width at both ends.

    A percentile bootstrap of the curve has none where the curve touches a corner, which it does with few
    patients.
    """
    across_T2 = np.array([wilson(round(rate * negatives), negatives, _Z) for rate in false_T])
    up_T2 = np.array([wilson(round(rate * positives), positives, _Z) for rate in true_T])
    low = np.interp(_GRID, across_T2[:, 1], up_T2[:, 0], left=0.0)
    high = np.interp(_GRID, np.r_[across_T2[:, 0], 1.0], np.r_[up_T2[:, 1], 1.0])
    return {"false_positive_rate": _GRID.round(4).tolist(), "low": low.tolist(), "high": high.tolist()}
