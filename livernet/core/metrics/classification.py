"""Accuracy, balanced accuracy, F1 and AUC of class predictions.

Shapes: N cases, K classes, X any number of confusion matrices (those of resamples, or one). Every measure
that has no value says why; in arrays it is NaN.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import auc as trapezoid
from sklearn.metrics import confusion_matrix, roc_curve

from livernet.core.metrics.intervals import (
    COMBINED,
    NEWCOMBE,
    WILSON,
    auc_interval,
    combined_wilson,
    wilson,
)
from livernet.core.metrics.measure import Measure, missing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def confusion(true_N: Ints, predicted_N: Ints, classes: int) -> Ints:
    """Counts (K, K): rows are true classes, columns predicted ones."""
    if not len(true_N):
        return np.zeros((classes, classes), dtype=np.int64)
    counts: Ints = confusion_matrix(true_N, predicted_N, labels=list(range(classes))).astype(np.int64)
    return counts


def confusions(true_N: Ints, predicted_N: Ints, classes: int, weights_BN: Floats) -> Floats:
    """Weighted counts (B, K, K), one matrix for each row of case weights."""
    cells_NX = np.eye(classes * classes)[true_N * classes + predicted_N]
    counts_BKK: Floats = (weights_BN @ cells_NX).reshape(-1, classes, classes)
    return counts_BKK


def accuracies(counts_XKK: Ints | Floats) -> Floats:
    """The share on the diagonal of each matrix."""
    total_X = counts_XKK.sum(axis=(-2, -1))
    return _over(np.einsum("...kk->...", counts_XKK), total_X)


def balanced_accuracies(counts_XKK: Ints | Floats) -> Floats:
    """Mean recall over the classes of each matrix; NaN where a class has no case."""
    right_XK = np.einsum("...kk->...k", counts_XKK)
    means_X: Floats = _over(right_XK, counts_XKK.sum(axis=-1)).mean(axis=-1)
    return means_X


def macro_f1s(counts_XKK: Ints | Floats) -> Floats:
    """Mean over the classes of 2 TP / (2 TP + FP + FN); NaN where a class is neither true nor predicted."""
    right_XK = np.einsum("...kk->...k", counts_XKK)
    means_X: Floats = _over(2 * right_XK, counts_XKK.sum(axis=-1) + counts_XKK.sum(axis=-2)).mean(axis=-1)
    return means_X


def accuracy(counts_KK: Ints, *, interval: bool) -> Measure:
    """The share on the diagonal, with a Wilson interval where the cases are independent (patients)."""
    right, total = int(np.trace(counts_KK)), int(counts_KK.sum())
    if not total:
        return missing("no case has a known stage")
    measure = Measure(value=right / total)
    return measure.within(wilson(right, total), WILSON) if interval else measure


def balanced_accuracy(counts_KK: Ints, names: Sequence[str], *, interval: bool = False) -> Measure:
    """Mean recall over the classes, called ``names`` in the reason; every class must occur.

    With Wilson's intervals of the classes combined where the cases are independent (patients).
    """
    totals_K = counts_KK.sum(axis=1)
    if not counts_KK.any():
        return missing("no case has a known stage")
    if not totals_K.all():
        return missing(f"no case of {_absent(totals_K, names)}")
    measure = Measure(value=float(balanced_accuracies(counts_KK)))
    return measure.within(combined_wilson(np.diag(counts_KK), totals_K), COMBINED) if interval else measure


def macro_f1(counts_KK: Ints, names: Sequence[str]) -> Measure:
    """Mean F1 over the classes, called ``names`` in the reason; every class must occur in either."""
    totals_K = counts_KK.sum(axis=0) + counts_KK.sum(axis=1)
    if not counts_KK.any():
        return missing("no case has a known stage")
    if not totals_K.all():
        return missing(f"{_absent(totals_K, names)}: neither true nor predicted in any case")
    return Measure(value=float(macro_f1s(counts_KK)))


def auc(score_N: Floats, positive_N: NDArray[np.bool_], *, interval: bool) -> Measure:
    """Mann-Whitney area (ties count one half), with an interval where the cases are independent."""
    if not len(positive_N):
        return missing("no case has a known stage")
    positives = int(positive_N.sum())
    negatives = len(positive_N) - positives
    if not positives or not negatives:
        return missing("no case at or above the cut-off" if not positives else "no case below the cut-off")
    value = float(trapezoid(*roc(score_N, positive_N)))
    if not interval:
        return Measure(value=value)
    return Measure(value=value).within(auc_interval(value, positives, negatives), NEWCOMBE)


def roc(score_N: Floats, positive_N: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """False and true positive rates of the ROC curve, from (0, 0) to (1, 1); both groups must occur."""
    false_rate, true_rate, _ = roc_curve(positive_N, score_N)
    return np.asarray(false_rate, dtype=np.float64), np.asarray(true_rate, dtype=np.float64)


def _over(part: Ints | Floats, whole: Ints | Floats) -> Floats:
    return np.asarray(part / np.where(whole > 0, whole, np.nan), dtype=np.float64)


def _absent(totals_K: Ints, names: Sequence[str]) -> str:
    return ", ".join(name for name, total in zip(names, totals_K, strict=True) if total == 0)
