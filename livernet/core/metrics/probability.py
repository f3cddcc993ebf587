"""How good the probabilities are: Brier score and ranked probability score, as they are and scaled.

Shapes: N cases, K classes, B rows of case weights; unit weights give the estimate. NaN is what is undefined.
scikit-learn's ``brier_score_loss`` (several classes since 1.7) has no weights a row and no scaling.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.measure import Measure, missing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Losses = Callable[[Floats, Ints], Floats]


def brier_losses(probability_NK: Floats, true_N: Ints) -> Floats:
    """sum_k (p_k - y_k)^2 of each case: 0 is perfect, 2 the worst (Brier, Mon Weather Rev 78:1, 1950)."""
    losses_N: Floats = ((probability_NK - _truth(probability_NK, true_N)) ** 2).sum(axis=1)
    return losses_N


def rps_losses(probability_NK: Floats, true_N: Ints) -> Floats:
    """Ranked probability score of each case, 0 to 1: far classes cost more.

    The mean over the K - 1 cut-offs of the squared error of the cumulative probability (Epstein, J Appl
    Meteorol 8:985, 1969; divided by K - 1 as usual).
    """
    wrong_NK = (probability_NK - _truth(probability_NK, true_N)).cumsum(axis=1)[:, :-1]
    losses_N: Floats = (wrong_NK**2).mean(axis=1)
    return losses_N


def mean_losses(losses_N: Floats, weights_BN: Floats) -> Floats:
    """Weighted mean loss (B,)."""
    total_B = weights_BN.sum(axis=1)
    means_B: Floats = (weights_BN @ losses_N) / np.where(total_B > 0, total_B, np.nan)
    return means_B


def scaled(losses: Losses, probability_NK: Floats, true_N: Ints, weights_BN: Floats) -> Floats:
    """1 - loss / loss of always answering the class shares (B,): 1 is perfect, 0 no better."""
    classes = probability_NK.shape[1]
    truth_NK = np.eye(classes)[true_N]
    counts_BK = weights_BN @ truth_NK
    share_BK = counts_BK / np.where(counts_BK.sum(axis=1) > 0, counts_BK.sum(axis=1), np.nan)[:, None]
    # The loss of answering q to a case of class k, averaged over the classes in the shares q.
    reference_B = sum(share_BK[:, k] * losses(share_BK, np.full(len(share_BK), k)) for k in range(classes))
    return 1 - mean_losses(losses(probability_NK, true_N), weights_BN) / np.where(
        reference_B > 1e-12, reference_B, np.nan
    )


def mean_loss(losses: Losses, probability_NK: Floats, true_N: Ints) -> Measure:
    """The mean loss of all cases."""
    if not len(true_N):
        return missing("no case has a known stage")
    return Measure(value=float(losses(probability_NK, true_N).mean()))


def scaled_loss(losses: Losses, probability_NK: Floats, true_N: Ints) -> Measure:
    """The loss of all cases, scaled against the class shares."""
    if not len(true_N):
        return missing("no case has a known stage")
    if len(np.unique(true_N)) < 2:
        return missing("all cases are of one class: the class shares alone are right")
    return Measure(value=float(scaled(losses, probability_NK, true_N, np.ones((1, len(true_N))))[0]))


def _truth(probability_NK: Floats, true_N: Ints) -> Floats:
    return np.eye(probability_NK.shape[1])[true_N]
