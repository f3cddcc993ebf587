"""Overlap of two masks, and its distribution over a cohort."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def dice(predicted_HW: NDArray[np.bool_], expert_HW: NDArray[np.bool_]) -> float:
    """2 |A and B| / (|A| + |B|); 1 where both are empty, 0 where one is.

    Raises:
        ValueError: the masks differ in size.
    """
    _same_size(predicted_HW, expert_HW)
    total = int(np.count_nonzero(predicted_HW)) + int(np.count_nonzero(expert_HW))
    if total == 0:
        return 1.0
    return 2 * int(np.count_nonzero(predicted_HW & expert_HW)) / total


def iou(predicted_HW: NDArray[np.bool_], expert_HW: NDArray[np.bool_]) -> float:
    """|A and B| / |A or B|; 1 where both are empty, 0 where one is."""
    return iou_of_dice(dice(predicted_HW, expert_HW))


def iou_of_dice(value: float) -> float:
    """The IoU that belongs to a Dice value of the same pair of masks."""
    return value / (2 - value)


def spread(values: Sequence[float]) -> dict[str, float | int | str | None]:
    """Count, mean, median, quartiles and extremes; nulls and a reason where there is nothing to describe."""
    if not values:
        return {
            "n": 0,
            "mean": None,
            "median": None,
            "reason": "no image has an expert mask and a predicted one",
        }
    low, q1, median, q3, high = np.quantile(
        np.asarray(values, dtype=np.float64), (0, 0.25, 0.5, 0.75, 1)
    ).tolist()
    mean = float(np.mean(values))
    return {"n": len(values), "mean": mean, "median": median, "q1": q1, "q3": q3, "min": low, "max": high}


def _same_size(one_HW: NDArray[np.bool_], other_HW: NDArray[np.bool_]) -> None:
    if one_HW.shape != other_HW.shape:
        raise ValueError(f"masks of {one_HW.shape} and {other_HW.shape} pixels cannot be compared")
