import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.relation import _spearmans, quality_relation


def row(
    n: int, true: int | None, p1: float, dice: float | None = None, confidence: float | None = None
) -> Prediction:
    stage = None if true is None else 3 * true
    return Prediction(
        model="m", fold=0, seed=0, image=f"{n}.png", patient=f"P{n}", stage=stage, true_class=true,
        probabilities=(1 - p1, p1), predicted=int(p1 > 0.5), dice=dice, mask_confidence=confidence,
    )  # fmt: skip


def related(images: int, strength: float, seed: int = 0) -> list[Prediction]:
    """Images whose Dice follows the probability of the true class."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(images):
        of_true = rng.uniform(0.2, 1)
        dice = float(np.clip(0.6 + strength * (of_true - 0.6) + 0.1 * rng.normal(), 0, 1))
        true = n % 2
        found.append(row(n, true, of_true if true else 1 - of_true, dice, 0.9 * dice))
    return found


def test_the_same_numbers_as_scikit_learn_and_scipy() -> None:
    rows = related(80, 0.3)
    found = quality_relation(rows)
    right = [r.predicted == r.true_class for r in rows]
    of_true = [r.probabilities[r.true_class or 0] for r in rows]
    assert (found["images"], found["right"]) == (80, sum(right))
    for name, sign in (
        ("dice", [r.dice for r in rows]),
        ("mask_confidence", [r.mask_confidence for r in rows]),
        ("class_confidence", [max(r.probabilities) for r in rows]),
    ):
        assert found[name]["n"] == 80
        assert found[name]["auc"]["value"] == pytest.approx(roc_auc_score(right, sign))
        assert found[name]["spearman"]["value"] == pytest.approx(spearmanr(sign, of_true).statistic)
        assert found[name]["auc"]["low"] < found[name]["auc"]["value"] < found[name]["auc"]["high"]


def test_a_relation_that_is_there_is_told_from_one_that_is_not() -> None:
    there, not_there = (
        quality_relation(related(150, 0.5))["dice"],
        quality_relation(related(150, 0.0, seed=1))["dice"],
    )
    assert there["auc"]["low"] > 0.6
    assert there["spearman"]["low"] > 0.4
    assert not_there["auc"]["low"] < 0.5 < not_there["auc"]["high"]
    assert not_there["spearman"]["low"] < 0 < not_there["spearman"]["high"]


def test_weights_stand_for_repeated_images() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 6, 30) / 7, rng.integers(0, 9, 30) / 3
    weights = rng.integers(0, 4, (5, 30)).astype(float)
    expected = [
        spearmanr(np.repeat(one, w.astype(int)), np.repeat(other, w.astype(int))).statistic for w in weights
    ]
    assert _spearmans(one, other, weights) == pytest.approx(expected)


def test_intervals_draw_patients() -> None:
    rows = related(60, 0.3)
    again = rows + [replace(r, image=f"again-{r.image}") for r in rows]
    assert quality_relation(again)["dice"]["auc"] == pytest.approx(quality_relation(rows)["dice"]["auc"])


def test_an_empty_mask_has_no_confidence_at_all() -> None:
    rows = [
        row(0, 1, 0.9, 0.8, 0.9),
        row(1, 1, 0.8, 0.9, 0.8),
        row(2, 1, 0.1, 0.0, None),
        row(3, 1, 0.9, 0.9, 0.7),
    ]
    found = quality_relation(rows)["mask_confidence"]
    assert (found["n"], found["auc"]["value"]) == (4, 1.0)


def test_images_without_expert_mask_or_class_are_left_out() -> None:
    rows = [*related(20, 0.3), row(90, 1, 0.9, None, 0.5), row(91, None, 0.9, 0.1, 0.5)]
    found = quality_relation(rows)
    assert (found["images"], found["dice"]["n"], found["mask_confidence"]["n"]) == (21, 20, 21)


NEITHER = "no image has both this measure and a known class"


@pytest.mark.parametrize(
    ("rows", "auc", "spearman"),
    [
        ([], NEITHER, NEITHER),
        ([row(n, 1, 0.9) for n in range(5)], NEITHER, NEITHER),
        ([row(n, 1, 0.6 + n / 20, 0.5 + n / 20) for n in range(5)], "every class is right", None),
        ([row(n, 0, 0.6 + n / 20, 0.5 + n / 20) for n in range(5)], "every class is wrong", None),
        ([row(n, n % 2, 0.6 + n / 20, 0.5) for n in range(6)], None, "all images have the same value"),
        ([row(n, n % 2, 0.6, 0.5 + n / 10) for n in range(2)], None, "fewer than three images"),
    ],
)
def test_what_cannot_be_said_has_a_reason(
    rows: list[Prediction], auc: str | None, spearman: str | None
) -> None:
    found = quality_relation(rows)
    json.dumps(found, allow_nan=False)
    for name, reason in (("auc", auc), ("spearman", spearman)):
        if reason is None:
            assert found["dice"][name]["value"] is not None
        else:
            assert found["dice"][name]["value"] is None
            assert found["dice"][name]["reason"].startswith(reason)
