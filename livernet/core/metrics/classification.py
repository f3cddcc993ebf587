"""Accuracy, balanced accuracy, F1, Brier score and AUC of class predictions.

Shapes: N cases, K classes. Every measure that has no value says why.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import auc as trapezoid
from sklearn.metrics import confusion_matrix, roc_curve

from livernet.core.metrics.intervals import NEWCOMBE, WILSON, auc_interval, wilson
from livernet.core.metrics.measure import Measure, missing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def confusion(true_N: Ints, predicted_N: Ints, classes: int) -> Ints:
    """Counts (K, K): rows are true classes, columns predicted ones."""
    if not len(true_N):
        return np.zeros((classes, classes), dtype=np.int64)
    counts: Ints = confusion_matrix(true_N, predicted_N, labels=list(range(classes))).astype(np.int64)
    return counts


def accuracy(counts_KK: Ints, *, interval: bool) -> Measure:
    """The share on the diagonal, with a Wilson interval where the cases are independent (patients)."""
    right, total = int(np.trace(counts_KK)), int(counts_KK.sum())
    if not total:
        return missing("no case has a known stage")
    if not interval:
        return Measure(value=right / total)
    low, high = wilson(right, total)
    return Measure(value=right / total, low=low, high=high, method=WILSON)


def balanced_accuracy(counts_KK: Ints, names: Sequence[str]) -> Measure:
    """Mean recall over the classes, called ``names`` in the reason; every class must occur."""
    totals_K = counts_KK.sum(axis=1)
    if not counts_KK.any():
        return missing("no case has a known stage")
    if not totals_K.all():
        return missing(f"no case of {_absent(totals_K, names)}")
    return Measure(value=float(np.mean(np.diag(counts_KK) / totals_K)))


def macro_f1(counts_KK: Ints, names: Sequence[str]) -> Measure:
    """Mean over the classes, called ``names`` in the reason, of 2 TP / (2 TP + FP + FN)."""
    totals_K = counts_KK.sum(axis=0) + counts_KK.sum(axis=1)
    if not counts_KK.any():
        return missing("no case has a known stage")
    if not totals_K.all():
        return missing(f"{_absent(totals_K, names)}: neither true nor predicted in any case")
    return Measure(value=float(np.mean(2 * np.diag(counts_KK) / totals_K)))


def brier(probability_NK: Floats, true_N: Ints) -> Measure:
    """Mean over cases of sum_k (p_k - y_k)^2: 0 is perfect, 2 the worst."""
    if not len(true_N):
        return missing("no case has a known stage")
    truth_NK = np.eye(probability_NK.shape[1])[true_N]
    return Measure(value=float(((probability_NK - truth_NK) ** 2).sum(axis=1).mean()))


def auc(score_N: Floats, positive_N: NDArray[np.bool_], *, interval: bool) -> Measure:
    """Mann-Whitney area (ties count one half), with an interval where the cases are independent."""
    positives = int(positive_N.sum())
    negatives = len(positive_N) - positives
    if not positives or not negatives:
        return missing("no case at or above the cut-off" if not positives else "no case below the cut-off")
    value = float(trapezoid(*roc(score_N, positive_N)))
    if not interval:
        return Measure(value=value)
    low, high = auc_interval(value, positives, negatives)
    return Measure(value=value, low=low, high=high, method=NEWCOMBE)


def roc(score_N: Floats, positive_N: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """False and true positive rates of the ROC curve, from (0, 0) to (1, 1); both groups must occur."""
    false_rate, true_rate, _ = roc_curve(positive_N, score_N)
    return np.asarray(false_rate, dtype=np.float64), np.asarray(true_rate, dtype=np.float64)


def _absent(totals_K: Ints, names: Sequence[str]) -> str:
    return ", ".join(name for name, total in zip(names, totals_K, strict=True) if total == 0)
