import numpy as np
import pytest

from livernet.core.metrics.segmentation import dice, iou, iou_of_dice, spread

A = np.array([[1, 1, 0], [1, 0, 0]], bool)
B = np.array([[1, 0, 0], [1, 1, 0]], bool)
NONE = np.zeros((2, 3), bool)


def test_overlap_by_hand() -> None:
    assert dice(A, B) == pytest.approx(4 / 6)
    assert iou(A, B) == pytest.approx(2 / 4)
    assert iou_of_dice(dice(A, B)) == pytest.approx(2 / 4)


def test_both_empty_is_one_and_one_empty_is_zero() -> None:
    assert (dice(NONE, NONE), dice(A, NONE), iou(NONE, A), iou(NONE, NONE)) == (1.0, 0.0, 0.0, 1.0)


def test_masks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        dice(A, A.T)


def test_spread_by_hand() -> None:
    found = spread([0.2, 0.4, 0.6, 0.8, 1.0])
    assert found == pytest.approx(
        {"n": 5, "mean": 0.6, "median": 0.6, "q1": 0.4, "q3": 0.8, "min": 0.2, "max": 1.0}
    )


def test_spread_of_nothing_says_why() -> None:
    found = spread([])
    assert found["mean"] is None
    assert "no image has an expert mask" in str(found["reason"])
