"""Overlap of two masks, and the distribution of overlap and distances over a cohort."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import patient_key
from livernet.core.metrics.measure import Measure
from livernet.core.metrics.resample import DRAWS, Patients, bootstrap, with_percentile

MEASURES = ("dice", "iou", "hd95", "assd", "nsd")
_OVERLAPS = ("dice", "iou")
_METHOD = f"percentile bootstrap of patients, {DRAWS} draws"
_NO_MASKS = "no image has an expert mask and a predicted one"
_NO_DISTANCES = "the predictions were written without distances between outlines"
_MIXED = "some distances are in mm, others in pixels"


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


def segmentation_scores(rows: Sequence[Prediction]) -> dict[str, Any]:
    """Spread of Dice, IoU, HD95, ASSD and surface Dice over the images and over the patients of one model.

    A patient's value is the mean over the patient's images; beside the mean over patients stand ``low`` and
    ``high`` of its interval, or ``reason`` why there is none. A mask missing on one side counts with its
    penalty (``missing_masks`` images), two empty masks as agreement (``both_empty`` images). Distances in
    different units are not put together.
    """
    scored = [row for row in rows if row.dice is not None]
    units = sorted({row.unit for row in scored if row.hd95 is not None})
    images: dict[str, dict[str, Any]] = {}
    patients: dict[str, dict[str, Any]] = {}
    for name in MEASURES:
        mixed = len(units) > 1 and name not in _OVERLAPS
        reason = _NO_MASKS if not scored else _MIXED if mixed else _NO_DISTANCES
        by_patient = {} if mixed else _by_patient(scored, name)
        images[name] = spread([value for values in by_patient.values() for value in values], reason)
        patients[name] = _over_patients([float(np.mean(values)) for values in by_patient.values()], reason)
    return {
        "unit": units[0] if len(units) == 1 else None,
        "images": images,
        "patients": patients,
        "missing_masks": sum(_one_is_missing(row) for row in scored),
        "both_empty": sum(row.dice == 1 and row.mask_confidence is None for row in scored),
    }


def spread(values: Sequence[float], reason: str = _NO_MASKS) -> dict[str, float | int | str | None]:
    """Count, mean, median, quartiles and extremes; nulls and the reason where there is nothing."""
    if not values:
        return {"n": 0, "mean": None, "median": None, "reason": reason}
    low, q1, median, q3, high = np.quantile(
        np.asarray(values, dtype=np.float64), (0, 0.25, 0.5, 0.75, 1)
    ).tolist()
    mean = float(np.mean(values))
    return {"n": len(values), "mean": mean, "median": median, "q1": q1, "q3": q3, "min": low, "max": high}


def _over_patients(values: Sequence[float], reason: str) -> dict[str, Any]:
    found = spread(values, reason)
    if not values:
        return found
    value_C = np.asarray(values)
    patients = Patients(cluster_N=np.arange(len(values)), class_C=np.zeros(len(values), dtype=np.int64))
    mean_B = bootstrap({"mean": lambda drawn_BC: drawn_BC @ value_C / len(value_C)}, patients)["mean"]
    measure = with_percentile(Measure(value=float(value_C.mean())), mean_B, patients)
    if measure.reason is not None:
        return found | {"reason": measure.reason.replace("a class has", "there is")}
    return found | {"low": measure.low, "high": measure.high, "method": _METHOD}


def _by_patient(rows: Sequence[Prediction], name: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        value = getattr(row, name) if name != "iou" else iou_of_dice(row.dice or 0.0)
        if value is not None:
            found.setdefault(patient_key(row), []).append(value)
    return found


def _one_is_missing(row: Prediction) -> bool:
    """Nothing was predicted, or the expert drew nothing: both distances are then the picture's diagonal."""
    return row.dice == 0 and (row.mask_confidence is None or (row.hd95 is not None and row.hd95 == row.assd))


def _same_size(one_HW: NDArray[np.bool_], other_HW: NDArray[np.bool_]) -> None:
    if one_HW.shape != other_HW.shape:
        raise ValueError(f"masks of {one_HW.shape} and {other_HW.shape} pixels cannot be compared")
