"""Agreement on an ordered scale."""

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.measure import Measure, missing


def quadratic_kappa(counts_KK: NDArray[np.int64]) -> Measure:
    """Quadratic weighted kappa of a confusion matrix: 1 - sum(w O) / sum(w E), w = (i - j)^2 / (K - 1)^2.

    Computed from the counts, because scikit-learn wants the cases and returns NaN without variation
    (Cohen, Psychol Bull 70:213, 1968).
    """
    total = counts_KK.sum()
    if not total:
        return missing("no case has a known stage")
    steps_K = np.arange(len(counts_KK))
    weight_KK = ((steps_K[:, None] - steps_K[None, :]) / (len(counts_KK) - 1)) ** 2
    expected_KK = np.outer(counts_KK.sum(axis=1), counts_KK.sum(axis=0)) / total
    chance = float((weight_KK * expected_KK).sum())
    if chance == 0:
        return missing("truth and prediction are one and the same class throughout")
    return Measure(value=1 - float((weight_KK * counts_KK).sum()) / chance)
