import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from livernet.core.metrics.classification import confusion
from livernet.core.metrics.ordinal import quadratic_kappa


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
