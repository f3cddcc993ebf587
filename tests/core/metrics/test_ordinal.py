import itertools

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from livernet.core.metrics.classification import confusion, confusions
from livernet.core.metrics.ordinal import (
    areas,
    expected_class,
    obuchowski,
    obuchowski_chance,
    obuchowskis,
    pairs_in_order,
    quadratic_kappa,
    quadratic_kappas,
)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_equals_sklearn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    true, predicted = rng.integers(0, classes, 50), rng.integers(0, classes, 50)
    expected = cohen_kappa_score(true, predicted, weights="quadratic", labels=range(classes))
    assert quadratic_kappa(confusion(true, predicted, classes)).value == pytest.approx(expected)


def test_by_hand() -> None:
    # w = 1 off the corner, 1/4 next to the diagonal; O: 0.25 * 1 = 0.25; E: rows 2 1 1, columns 1 2 1, n = 4.
    counts = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    expected = (0.25 * (2 * 2 + 1 * 1 + 1 * 1 + 1 * 2) + 2 * 1 + 1 * 1) / 4
    assert quadratic_kappa(counts).value == pytest.approx(1 - 0.25 / expected)


def test_one_class_throughout_is_null_not_one() -> None:
    measure = quadratic_kappa(np.array([[0, 0], [0, 9]]))
    assert measure.value is None
    assert measure.reason == "truth and prediction are one and the same class throughout"


def test_nothing_to_score_is_null() -> None:
    assert quadratic_kappa(np.zeros((3, 3), dtype=np.int64)).reason == "no case has a known stage"


def test_kappas_of_weights_equal_sklearn() -> None:
    rng = np.random.default_rng(3)
    true, predicted, weights_BN = rng.integers(0, 4, 60), rng.integers(0, 4, 60), rng.random((5, 60))
    expected = [
        cohen_kappa_score(true, predicted, weights="quadratic", sample_weight=weights_N)
        for weights_N in weights_BN
    ]
    assert quadratic_kappas(confusions(true, predicted, 4, weights_BN)) == pytest.approx(expected)


@pytest.mark.parametrize("levels", [2, 7, 10_000])
def test_areas_of_weights_equal_sklearn_with_and_without_ties(levels: int) -> None:
    rng = np.random.default_rng(levels)
    score, positive = rng.integers(0, levels, 50) / levels, rng.random(50) < 0.3
    weights_BN = rng.integers(0, 3, (6, 50)) + 0.1
    expected = [roc_auc_score(positive, score, sample_weight=weights_N) for weights_N in weights_BN]
    assert areas(score, positive, weights_BN) == pytest.approx(expected)


def test_an_area_without_a_side_is_undefined() -> None:
    weights_BN = np.array([[1.0, 1, 0], [0, 0, 1]])
    assert np.isnan(areas(np.arange(3.0), np.array([False, False, True]), weights_BN)).all()


def slow_obuchowski(score: np.ndarray, true: np.ndarray, classes: int) -> float:
    """As the specification writes it, pair of classes by pair of classes and case by case."""
    share = np.bincount(true, minlength=classes) / len(true)
    pairs = list(itertools.combinations(range(classes), 2))
    total = sum(share[i] * share[j] for i, j in pairs)
    lost = 0.0
    for i, j in pairs:
        if share[i] * share[j] == 0:
            continue
        wins = [(b > a) + (b == a) / 2 for a in score[true == i] for b in score[true == j]]
        lost += share[i] * share[j] / total * (j - i) / (classes - 1) * (1 - np.mean(wins))
    return float(1 - lost)


@pytest.mark.parametrize(("classes", "levels"), [(2, 4), (3, 5), (3, 1000), (4, 3), (5, 6)])
def test_obuchowski_equals_its_definition(classes: int, levels: int) -> None:
    rng = np.random.default_rng(classes * levels)
    true, score = rng.integers(0, classes, 40), rng.integers(0, levels, 40).astype(float)
    assert obuchowski(score, true, classes).value == pytest.approx(slow_obuchowski(score, true, classes))


def test_obuchowski_of_weights_is_that_of_repeated_cases() -> None:
    rng = np.random.default_rng(8)
    true, score = rng.integers(0, 3, 30), rng.integers(0, 6, 30).astype(float)
    weights_BN = rng.integers(0, 4, (5, 30)).astype(float)
    repeated = [np.repeat(np.arange(30), w_N.astype(int)) for w_N in weights_BN]
    expected = [slow_obuchowski(score[rows], true[rows], 3) for rows in repeated]
    assert obuchowskis(score, true, 3, weights_BN) == pytest.approx(expected)


def test_obuchowski_of_two_classes_is_the_auc_and_an_absent_class_has_no_weight() -> None:
    score, true = np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])
    assert obuchowski(score, true, 2).value == pytest.approx(0.75)
    assert obuchowski(score, 2 * true, 3).value == pytest.approx(0.75)


def test_the_chance_of_obuchowski_is_not_one_half() -> None:
    assert obuchowski_chance(np.array([0, 1, 2]), 3) == pytest.approx(2 / 3)
    assert obuchowski_chance(np.arange(5), 5) == pytest.approx(0.75)
    assert obuchowski_chance(np.zeros(3, dtype=np.int64), 5) is None


@pytest.mark.parametrize(
    ("true", "reason"), [([], "no case has a known stage"), ([1, 1], "all cases are of one class")]
)
def test_obuchowski_without_two_classes_is_null(true: list[int], reason: str) -> None:
    assert obuchowski(np.zeros(len(true)), np.asarray(true, dtype=np.int64), 3).reason == reason


def test_pairs_count_weights_and_half_of_ties() -> None:
    ordered, pairs = pairs_in_order(np.array([1.0, 2, 2]), np.array([0, 0, 1]), 2, np.array([[1.0, 3, 2]]))[
        0, 1
    ]
    assert (ordered.tolist(), pairs.tolist()) == ([1 * 2 + 3 * 2 / 2], [4 * 2])


def test_the_ordinal_score_is_the_expected_class() -> None:
    assert expected_class(np.array([[0.2, 0.5, 0.3]])).tolist() == [1.1]
