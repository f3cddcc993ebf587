import numpy as np
import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.segmentation import dice, iou, iou_of_dice, segmentation_scores, spread

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


def row(patient: str, dice: float | None, assd: float | None = None, **more: object) -> Prediction:
    distances = {
        "assd": assd,
        "hd95": None if assd is None else 2 * assd,
        "nsd": None if assd is None else 0.5,
    }
    facts = (
        distances
        | {"image": f"{patient}-{dice}.png"}
        | {"unit": "mm" if assd is not None else "", "mask_confidence": 0.9}
        | more
    )
    return Prediction(
        model="m", fold=0, seed=0, patient=patient, stage=None, true_class=None,
        probabilities=(0.5, 0.5), predicted=0, dice=dice, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def test_images_then_patients_then_over_patients() -> None:
    found = segmentation_scores([row("a", 0.5, 1.0), row("a", 0.7, 2.0), row("b", 1.0, 4.0), row("c", None)])
    assert found["unit"] == "mm"
    assert (found["images"]["dice"]["n"], found["patients"]["dice"]["n"]) == (3, 2)
    assert found["images"]["dice"]["mean"] == pytest.approx(2.2 / 3)
    assert found["patients"]["dice"]["mean"] == pytest.approx((0.6 + 1.0) / 2)
    assert found["patients"]["assd"]["median"] == pytest.approx((1.5 + 4) / 2)
    assert found["images"]["hd95"]["max"] == 8
    assert found["images"]["iou"]["min"] == pytest.approx(0.5 / 1.5)
    assert (found["missing_masks"], found["both_empty"]) == (0, 0)


def test_the_mean_over_patients_has_an_interval_of_patients() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(0.8, 0.05, 60).clip(0, 1)
    one = segmentation_scores([row(f"p{n}", v) for n, v in enumerate(values)])["patients"]["dice"]
    half = 1.96 * values.std() / 60**0.5
    assert (one["mean"] - one["low"], one["high"] - one["mean"]) == pytest.approx((half, half), rel=0.1)
    assert one["method"].startswith("percentile bootstrap of patients")
    thrice = [row(f"p{n}", v, image=f"{n}-{i}") for n, v in enumerate(values) for i in range(3)]
    assert segmentation_scores(thrice)["patients"]["dice"]["low"] == pytest.approx(one["low"])


def test_a_single_patient_and_equal_values_have_no_interval() -> None:
    single = segmentation_scores([row("a", 0.5), row("a", 0.7)])["patients"]["dice"]
    assert single["mean"] == pytest.approx(0.6)
    assert single["reason"] == "no interval: there is a single patient"
    same = segmentation_scores([row("a", 0.5), row("b", 0.5)])["patients"]["dice"]
    assert same["reason"] == "no interval: every resample gives the same value"
    assert "low" not in same


def test_missing_and_empty_masks_are_counted() -> None:
    nothing_predicted = row("a", 0.0, 724.0, hd95=724.0, nsd=0.0, mask_confidence=None)
    nothing_drawn = row("b", 0.0, 724.0, hd95=724.0, nsd=0.0)
    apart = row("c", 0.0, 40.0)
    both_empty = row("d", 1.0, 0.0, nsd=1.0, mask_confidence=None)
    perfect = row("e", 1.0, 0.0, nsd=1.0)
    found = segmentation_scores([nothing_predicted, nothing_drawn, apart, both_empty, perfect])
    assert (found["missing_masks"], found["both_empty"]) == (2, 1)
    assert found["images"]["dice"]["n"] == 5


def test_what_is_not_known_is_null_with_its_reason() -> None:
    older = segmentation_scores([row("a", 0.5), row("b", 0.6)])
    assert older["unit"] is None
    assert older["images"]["hd95"] == {
        "n": 0, "mean": None, "median": None,
        "reason": "the predictions were written without distances between outlines",
    }  # fmt: skip
    mixed = segmentation_scores([row("a", 0.5, 1.0), row("b", 0.6, 1.0, unit="px")])
    assert mixed["unit"] is None
    for name in ("hd95", "assd", "nsd"):
        assert mixed["patients"][name]["reason"] == "some distances are in mm, others in pixels"
    assert mixed["patients"]["dice"]["n"] == 2
    assert "no image has an expert mask" in segmentation_scores([row("a", None)])["images"]["dice"]["reason"]
