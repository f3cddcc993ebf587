"""Agreement and discrimination on an ordered scale.

Shapes: N cases, K classes, B rows of case weights; unit weights give the estimate. NaN is what is undefined.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.measure import Measure, missing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def quadratic_kappas(counts_XKK: Floats | Ints) -> Floats:
    """Quadratic weighted kappas of confusion matrices: 1 - sum(w O) / sum(w E), w = (i - j)^2 / (K - 1)^2.

    Computed from the counts, because scikit-learn wants the cases and returns NaN without variation
    (Cohen, Psychol Bull 70:213, 1968).
    """
    classes = counts_XKK.shape[-1]
    steps_K = np.arange(classes)
    weight_KK = ((steps_K[:, None] - steps_K[None, :]) / (classes - 1)) ** 2
    true_XK, predicted_XK = counts_XKK.sum(axis=-1), counts_XKK.sum(axis=-2)
    chance_X = np.einsum("...i,ij,...j->...", true_XK, weight_KK, predicted_XK)
    found_X = (weight_KK * counts_XKK).sum(axis=(-2, -1)) * counts_XKK.sum(axis=(-2, -1))
    return np.asarray(1 - found_X / np.where(chance_X > 0, chance_X, np.nan), dtype=np.float64)


def quadratic_kappa(counts_KK: Ints) -> Measure:
    """The quadratic weighted kappa of one confusion matrix."""
    if not counts_KK.any():
        return missing("no case has a known stage")
    value = float(quadratic_kappas(counts_KK))
    if np.isnan(value):
        return missing("truth and prediction are one and the same class throughout")
    return Measure(value=value)


def pairs_in_order(
    score_N: Floats, class_N: Ints, classes: int, weights_BN: Floats
) -> dict[tuple[int, int], tuple[Floats, Floats]]:
    """By classes i < j: the weight of their pairs in the right order (B,), ties one half, and of all (B,).

    Their quotient is the Mann-Whitney area of class j against class i.
    """
    members = [np.flatnonzero(class_N == k) for k in range(classes)]
    members = [m[np.argsort(score_N[m], kind="stable")] for m in members]
    sums = [np.pad(weights_BN[:, m].cumsum(axis=1), ((0, 0), (1, 0))) for m in members]
    found: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for i, j in combinations(range(classes), 2):
        milder, severer = score_N[members[i]], score_N[members[j]]
        below, up_to = (np.searchsorted(milder, severer, side) for side in ("left", "right"))
        beaten_BN = (sums[i][:, below] + sums[i][:, up_to]) / 2
        ordered_B = np.einsum("bn,bn->b", beaten_BN, weights_BN[:, members[j]])
        found[i, j] = ordered_B, sums[i][:, -1] * sums[j][:, -1]
    return found


def areas(score_N: Floats, positive_N: NDArray[np.bool_], weights_BN: Floats) -> Floats:
    """Weighted AUC (B,), ties one half; NaN where a group has no weight."""
    ordered_B, all_B = pairs_in_order(score_N, positive_N.astype(np.int64), 2, weights_BN)[0, 1]
    areas_B: Floats = ordered_B / np.where(all_B > 0, all_B, np.nan)
    return areas_B


def obuchowskis(score_N: Floats, class_N: Ints, classes: int, weights_BN: Floats) -> Floats:
    """Obuchowski's measure of a score against K ordered classes (B,); NaN where fewer than two classes occur.

    1 - sum_{i<j} w_ij L_ij (1 - theta_ij) with w_ij = p_i p_j / sum_{a<b} p_a p_b, p the share of a class,
    L_ij = |i - j| / (K - 1), theta_ij the AUC of class j against class i (Acad Radiol 12:1198, 2005). The
    product of the shares and 1 - theta is the weight of the pairs in the wrong order, so counting suffices.
    """
    lost_B, all_B = np.zeros(len(weights_BN)), np.zeros(len(weights_BN))
    for (i, j), (ordered_B, pairs_B) in pairs_in_order(score_N, class_N, classes, weights_BN).items():
        lost_B += (j - i) / (classes - 1) * (pairs_B - ordered_B)
        all_B += pairs_B
    return 1 - lost_B / np.where(all_B > 0, all_B, np.nan)


def obuchowski(score_N: Floats, class_N: Ints, classes: int) -> Measure:
    """Obuchowski's measure of all cases."""
    if not len(class_N):
        return missing("no case has a known stage")
    if len(np.unique(class_N)) < 2:
        return missing("all cases are of one class")
    return Measure(value=float(obuchowskis(score_N, class_N, classes, np.ones((1, len(class_N))))[0]))


def obuchowski_chance(class_N: Ints, classes: int) -> float | None:
    """What a score without information reaches with these classes: not 0.5 (0.667 for 3 equal classes)."""
    return obuchowski(np.zeros(len(class_N)), class_N, classes).value


def expected_class(probability_NK: Floats) -> Floats:
    """The ordinal score sum_k k p_k, rounded so that a tie on paper is a tie here."""
    score_N: Floats = (probability_NK @ np.arange(probability_NK.shape[1])).round(9)
    return score_N
