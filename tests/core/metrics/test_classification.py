import itertools

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, roc_auc_score

from livernet.core.metrics.classification import (
    accuracies,
    accuracy,
    auc,
    balanced_accuracies,
    balanced_accuracy,
    confusion,
    confusions,
    macro_f1,
    macro_f1s,
    roc,
)

NAMES = ("F0/F1", "F2/F3", "F4")
TRUE = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 2, 2, 2, 0])


def test_confusion_has_true_rows_and_predicted_columns() -> None:
    assert confusion(TRUE, PREDICTED, 3).tolist() == [[2, 1, 0], [0, 1, 1], [1, 0, 3]]


def test_confusion_of_nothing_and_of_one_class_keeps_its_shape() -> None:
    empty = np.zeros(0, dtype=np.int64)
    assert confusion(empty, empty, 3).tolist() == [[0] * 3] * 3
    assert confusion(np.array([1]), np.array([1]), 2).tolist() == [[0, 0], [0, 1]]


def test_accuracy_by_hand_with_and_without_interval() -> None:
    counts = confusion(TRUE, PREDICTED, 3)
    assert accuracy(counts, interval=False).to_dict() == {"value": pytest.approx(6 / 9)}
    measure = accuracy(counts, interval=True)
    assert measure.low is not None
    assert measure.high is not None
    assert measure.low < 6 / 9 < measure.high


def test_balanced_accuracy_and_macro_f1_equal_sklearn_and_hand_values() -> None:
    counts = confusion(TRUE, PREDICTED, 3)
    assert balanced_accuracy(counts, NAMES).value == pytest.approx((2 / 3 + 1 / 2 + 3 / 4) / 3)
    assert balanced_accuracy(counts, NAMES).value == pytest.approx(balanced_accuracy_score(TRUE, PREDICTED))
    assert macro_f1(counts, NAMES).value == pytest.approx(f1_score(TRUE, PREDICTED, average="macro"))


def test_an_absent_class_gives_null_with_its_reason() -> None:
    counts = confusion(np.array([0, 1]), np.array([0, 1]), 3)
    assert balanced_accuracy(counts, NAMES).to_dict() == {"value": None, "reason": "no case of F4"}
    assert macro_f1(counts, NAMES).reason == "F4: neither true nor predicted in any case"


def test_no_case_gives_null_with_its_reason() -> None:
    counts = np.zeros((3, 3), dtype=np.int64)
    assert accuracy(counts, interval=True).reason == "no case has a known stage"
    assert balanced_accuracy(counts, NAMES).reason == "no case has a known stage"
    assert macro_f1(counts, NAMES).reason == "no case has a known stage"


def test_auc_counts_pairs_and_half_of_ties() -> None:
    rng = np.random.default_rng(0)
    score = rng.integers(0, 5, 40).astype(float)
    positive = rng.random(40) < 0.4
    pairs = itertools.product(score[positive], score[~positive])
    wins = [1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs]
    assert auc(score, positive, interval=False).value == pytest.approx(np.mean(wins))


def test_constant_scores_are_worth_one_half() -> None:
    assert auc(np.ones(6), np.array([1, 0, 1, 0, 0, 1], bool), interval=True).value == pytest.approx(0.5)


@pytest.mark.parametrize(("positive", "reason"), [(True, "no case below"), (False, "no case at or above")])
def test_auc_of_one_group_is_null(positive: bool, reason: str) -> None:
    measure = auc(np.arange(3.0), np.full(3, positive), interval=True)
    assert measure.value is None
    assert measure.reason is not None
    assert measure.reason.startswith(reason)


def test_roc_runs_from_corner_to_corner() -> None:
    false_rate, true_rate = roc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1], bool))
    assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)


def test_measures_of_weights_equal_sklearn() -> None:
    rng = np.random.default_rng(6)
    true, predicted, weights_BN = rng.integers(0, 3, 80), rng.integers(0, 3, 80), rng.random((4, 80))
    counts_BKK = confusions(true, predicted, 3, weights_BN)
    for measured, reference, more in (
        (accuracies, accuracy_score, {}),
        (balanced_accuracies, balanced_accuracy_score, {}),
        (macro_f1s, f1_score, {"average": "macro"}),
    ):
        expected = [reference(true, predicted, sample_weight=w_N, **more) for w_N in weights_BN]
        assert measured(counts_BKK) == pytest.approx(expected)


def test_an_absent_class_is_undefined_in_arrays() -> None:
    counts_XKK = np.array([[[2, 0], [0, 0]], [[1, 1], [0, 2]], [[0, 0], [0, 0]]])
    assert np.isnan(balanced_accuracies(counts_XKK)).tolist() == [True, False, True]
    assert np.isnan(macro_f1s(counts_XKK)).tolist() == [True, False, True]
    assert np.isnan(accuracies(counts_XKK)).tolist() == [False, False, True]


@pytest.mark.parametrize("seed", range(5))
def test_auc_equals_sklearn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score, positive = rng.integers(0, 9, 60) / 9, rng.random(60) < 0.4
    assert auc(score, positive, interval=False).value == pytest.approx(roc_auc_score(positive, score))


def test_auc_of_nothing_is_null() -> None:
    assert auc(np.zeros(0), np.zeros(0, bool), interval=True).reason == "no case has a known stage"


def test_balanced_accuracy_of_patients_has_the_combined_interval() -> None:
    counts = confusion(TRUE, PREDICTED, 3)
    measure = balanced_accuracy(counts, NAMES, interval=True)
    assert str(measure.method).startswith("Wilson score intervals of the classes")
    assert (measure.low or 1) < (measure.value or 0) < (measure.high or 0)
