import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.compare import compare_models, holm, mover, training_variance
from livernet.core.stages import Grouping

TWO = Grouping.parse("2")


def rows(true: Sequence[int], p1: Sequence[float], model: str = "a", images: int = 1) -> list[Prediction]:
    """One patient a value, P(>= F2) = p1."""
    return [
        Prediction(
            model=model, fold=0, seed=0, image=f"P{n}-{i}.png", patient=f"P{n}", stage=3 * k, true_class=k,
            probabilities=(1 - p, p), predicted=int(p > 0.5),
        )
        for n, (k, p) in enumerate(zip(true, p1, strict=True))
        for i in range(images)
    ]  # fmt: skip


TRUE = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
GOOD = [0.1, 0.2, 0.1, 0.3, 0.6, 0.9, 0.8, 0.7, 0.9, 0.6]
POOR = [0.1, 0.8, 0.7, 0.3, 0.6, 0.2, 0.8, 0.3, 0.9, 0.4]


def test_two_models_by_hand() -> None:
    (found,) = compare_models({"good": rows(TRUE, GOOD), "poor": rows(TRUE, POOR)}, TWO)
    assert (found["a"], found["b"], found["patients"], found["left_out"]) == ("good", "poor", 10, 0)
    assert found["accuracy_difference"]["value"] == pytest.approx((9 - 4) / 10)
    difference = roc_auc_score(TRUE, GOOD) - roc_auc_score(TRUE, POOR)
    assert found["auc_difference"]["F2"]["value"] == pytest.approx(difference)
    assert found["accuracy_difference"]["low"] > 0
    # five patients that one alone got right, none the other: 2 * 0.5 ** 5
    assert found["mcnemar"] == {
        "a_only": 5,
        "b_only": 0,
        "p": pytest.approx(0.0625),
        "p_holm": pytest.approx(0.0625),
    }


def test_the_difference_is_paired() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 200)
    shared = np.clip(0.5 + 0.2 * (true - 0.5) + 0.2 * rng.normal(size=200), 0.01, 0.99)
    close = np.clip(shared + 0.01 * rng.normal(size=200), 0.01, 0.99)
    (found,) = compare_models({"a": rows(true, shared), "b": rows(true, close)}, TWO)
    auc = found["auc_difference"]["F2"]
    assert auc["high"] - auc["low"] < 0.05  # unpaired it would be 0.18
    assert auc["low"] < auc["value"] < auc["high"]


def test_far_from_the_ends_bounds_are_those_of_a_plain_bootstrap() -> None:
    rng = np.random.default_rng(1)
    true = np.repeat([0, 1], 60)
    one, other = (
        np.clip(0.5 + s * (true - 0.5) + 0.25 * rng.normal(size=120), 0.01, 0.99) for s in (0.5, 0.3)
    )
    (found,) = compare_models({"a": rows(true, one), "b": rows(true, other)}, TWO)
    drawn = []
    for _ in range(1000):
        pick = np.concatenate([rng.integers(0, 60, 60), rng.integers(60, 120, 60)])
        drawn.append(roc_auc_score(true[pick], one[pick]) - roc_auc_score(true[pick], other[pick]))
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert (found["auc_difference"]["F2"]["low"], found["auc_difference"]["F2"]["high"]) == pytest.approx(
        (low, high), abs=0.02
    )


def test_limits_of_a_difference_by_hand() -> None:
    apart = mover((0.9, 0.8, 0.95), (0.7, 0.6, 0.78), 0.0)
    assert apart == pytest.approx((0.2 - (0.1**2 + 0.08**2) ** 0.5, 0.2 + (0.05**2 + 0.1**2) ** 0.5))
    close = mover((0.9, 0.8, 0.95), (0.7, 0.6, 0.78), 0.5)
    assert close[0] == pytest.approx(0.2 - (0.1**2 - 0.1 * 0.08 + 0.08**2) ** 0.5)
    assert mover((0.9, 0.8, 1.0), (0.9, 0.8, 1.0), 1.0) == pytest.approx((0, 0))


def test_near_the_end_the_difference_is_not_certain() -> None:
    perfect = [0.1 * k + 0.8 * t for k, t in enumerate([0] * 10 + [1] * 10)]
    scaled = [(value - min(perfect)) / (max(perfect) - min(perfect)) for value in perfect]
    swapped = [*scaled[:9], scaled[10], scaled[9], *scaled[11:]]
    true = [0] * 10 + [1] * 10
    (found,) = compare_models({"a": rows(true, scaled), "b": rows(true, swapped)}, TWO)
    auc = found["auc_difference"]["F2"]
    assert auc["value"] == pytest.approx(0.01)
    assert auc["low"] < -0.1  # a draw of patients never has the first model behind
    assert auc["method"].startswith("Newcombe's limits of both AUCs")


def test_patients_count_once_however_many_images_they_have() -> None:
    one = compare_models({"a": rows(TRUE, GOOD), "b": rows(TRUE, POOR)}, TWO)
    thrice = compare_models({"a": rows(TRUE, GOOD, images=3), "b": rows(TRUE, POOR, images=2)}, TWO)
    assert one == thrice


def test_only_patients_in_common_are_compared() -> None:
    a, b = rows(TRUE, GOOD)[:8], list(reversed(rows(TRUE, POOR)))
    b[0] = replace(b[0], stage=None, true_class=None)  # P9 is in b alone, and unknown
    (found,) = compare_models({"a": a, "b": b[:7]}, TWO)
    assert (found["patients"], found["left_out"]) == (5, 3 + 1)
    assert found["mcnemar"]["a_only"] == sum(
        (GOOD[n] > 0.5) == TRUE[n] != (POOR[n] > 0.5) for n in range(3, 8)
    )
    other = [
        replace(row, stage=3 - 3 * (row.true_class or 0), true_class=1 - (row.true_class or 0))
        for row in b[3:]
    ]
    assert compare_models({"a": a, "b": other}, TWO)[0]["patients"] == 0  # other people of the same name


def test_what_cannot_be_compared_is_null_with_its_reason() -> None:
    strangers = [replace(row, patient=f"other {row.patient}") for row in rows(TRUE, POOR)]
    (found,) = compare_models({"a": rows(TRUE, GOOD), "b": strangers}, TWO)
    reason = "no patient of known stage was answered by both"
    assert found["accuracy_difference"] == {"value": None, "reason": reason}
    assert found["auc_difference"]["F2"] == {"value": None, "reason": reason}
    assert found["mcnemar"] == {"a_only": 0, "b_only": 0, "p": None, "reason": reason, "p_holm": None}
    (one_class,) = compare_models({"a": rows([1] * 5, GOOD[5:]), "b": rows([1] * 5, POOR[5:])}, TWO)
    assert one_class["auc_difference"]["F2"]["reason"] == "no case below the cut-off"
    assert one_class["accuracy_difference"]["value"] == pytest.approx(0.6)
    (same,) = compare_models({"a": rows(TRUE, GOOD), "b": rows(TRUE, GOOD)}, TWO)
    assert (same["accuracy_difference"]["value"], same["mcnemar"]["p"]) == (0, 1)
    assert "no interval" in same["auc_difference"]["F2"]["reason"]
    assert compare_models({"a": rows(TRUE, GOOD)}, TWO) == compare_models({}, TWO) == []
    json.dumps([found, one_class, same], allow_nan=False)


def test_p_values_allow_for_all_comparisons_with_the_first() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []
    strangers = [replace(row, patient=f"other {row.patient}") for row in rows(TRUE, POOR)]
    groups = {"a": rows(TRUE, GOOD), "b": strangers, "c": rows(TRUE, POOR), "d": rows(TRUE, POOR)}
    b, c, d = compare_models(groups, TWO)
    assert b["mcnemar"]["p_holm"] is None
    assert c["mcnemar"]["p_holm"] == d["mcnemar"]["p_holm"] == pytest.approx(0.125)


def test_the_spread_over_seeds() -> None:
    found = training_variance(
        {"livernet": {0: rows(TRUE, GOOD), 1: rows(TRUE, POOR)}, "vgg16": {0: rows(TRUE, GOOD)}}, TWO
    )
    (one,) = found
    assert (one["name"], one["seeds"]) == ("livernet", [0, 1])
    assert one["accuracy"] == {"mean": pytest.approx(0.65), "sd": pytest.approx(0.5 / 2**0.5), "n": 2}
    aucs = [roc_auc_score(TRUE, GOOD), roc_auc_score(TRUE, POOR)]
    assert one["auc"]["F2"]["sd"] == pytest.approx(np.std(aucs, ddof=1))
    (lone,) = training_variance({"m": {0: rows([1, 1], [0.3, 0.8]), 1: rows([1, 1], [0.6, 0.8])}}, TWO)
    assert lone["auc"]["F2"] == {"mean": None, "sd": None, "n": 0, "reason": "no case below the cut-off"}
