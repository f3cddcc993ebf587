"""Score intervals where a patient has several images: on as many cases as the images are worth.

``variance`` is that of the estimate over patients (``resample.variance``). Divided by that of independent
images it is the design effect (Kish, Survey Sampling, 1965), held between 1 and what it would be if the
images of a patient were copies, sum m^2 / sum m, so that the bounds never collapse. Shapes: N images.
"""

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.intervals import auc_interval, wilson
from livernet.core.metrics.measure import Measure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WILSON = "Wilson score interval, images of a patient counted for what they are worth"
NEWCOMBE = "Newcombe score interval, images of a patient counted for what they are worth"


def with_wilson(measure: Measure, patient_N: Ints, variance: float) -> Measure:
    """A share of the images ``patient_N`` with its interval; a missing one stays missing."""
    if measure.value is None:
        return measure
    return measure.within(share_bounds(measure.value, variance, patient_N), WILSON)


def with_newcombe(
    measure: Measure, score_N: Floats, positive_N: Bools, patient_N: Ints, variance: float
) -> Measure:
    """An AUC with its interval; a missing one stays missing."""
    if measure.value is None:
        return measure
    return measure.within(area_bounds(measure.value, variance, score_N, positive_N, patient_N), NEWCOMBE)


def copies_effect(patient_N: Ints) -> float:
    """The design effect if the images of a patient were copies: sum m^2 / sum m."""
    _, images = np.unique(patient_N, return_counts=True)
    return float((images**2).sum() / images.sum())


def share_bounds(value: float, variance: float, patient_N: Ints) -> tuple[float, float]:
    """Wilson's bounds of a share of the images ``patient_N``."""
    effect = _effect(variance, value * (1 - value) / len(patient_N), patient_N)
    total = len(patient_N) / effect
    return wilson(value * total, total)


def area_bounds(
    value: float, variance: float, score_N: Floats, positive_N: Bools, patient_N: Ints
) -> tuple[float, float]:
    """Newcombe's bounds of an AUC."""
    effect = _effect(variance, delong_variance(score_N, positive_N), patient_N)
    sides = int(positive_N.sum()), int((~positive_N).sum())
    positives, negatives = (max(1.0, images / effect) for images in sides)
    return auc_interval(value, positives, negatives)


def delong_variance(score_N: Floats, positive_N: Bools) -> float:
    """Variance of an AUC of independent cases, NaN for one (DeLong et al., Biometrics 44:837, 1988)."""
    parts = [(score_N[positive_N], score_N[~positive_N]), (-score_N[~positive_N], -score_N[positive_N])]
    total = 0.0
    for own, other in parts:
        ordered = np.sort(other)
        below, up_to = (np.searchsorted(ordered, own, side) for side in ("left", "right"))
        beaten = (below + up_to) / (2 * len(other))
        total += float(beaten.var(ddof=1)) / len(own) if len(own) > 1 else np.nan
    return total


def _effect(variance: float, naive: float, patient_N: Ints) -> float:
    """The design effect; that of copies where nothing varies, or where a patient cannot be left out."""
    most = copies_effect(patient_N)
    if not (variance > 0 and naive > 0):
        return most
    return min(max(variance / naive, 1.0), most)
