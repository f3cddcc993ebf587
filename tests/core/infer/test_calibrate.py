import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from livernet.core.data.predictions import Prediction
from livernet.core.infer.calibrate import calibrate_folds, fit_calibration
from livernet.core.infer.calibration import COOLEST, Calibration
from livernet.core.metrics.cases import calibrated
from livernet.core.stages import Grouping

THREE = Grouping.parse("3")
STAGE_OF_CLASS = (0, 2, 4)


def row(patient: str, true: int | None, p: tuple[float, ...], fold: int = 0, image: str = "") -> Prediction:
    stage = None if true is None else STAGE_OF_CLASS[true]
    return Prediction(
        model="livernet", fold=fold, seed=0, image=image or f"{patient}.png", patient=patient, stage=stage,
        true_class=true, probabilities=p, predicted=int(np.argmax(p)),
    )  # fmt: skip


def cohort(patients: int = 60, heat: float = 2.5, folds: int = 3, seed: int = 0) -> list[Prediction]:
    """Answers whose logits are ``heat`` times too large for the true probabilities they were drawn from."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(patients):
        logits = rng.normal(size=3) * 1.5
        true = int(rng.choice(3, p=softmax(logits)))
        rows.append(row(f"P{n}", true, tuple(softmax(logits * heat).tolist()), n % folds))
    return rows


def test_an_overconfident_network_is_cooled_by_as_much() -> None:
    fit = fit_calibration(cohort(3000, heat=2.5), THREE)
    assert fit.temperature == pytest.approx(2.5, rel=0.1)
    assert (fit.patients, fit.reason, fit.fitted) == (3000, "", True)
    assert fit_calibration(cohort(3000, heat=0.5), THREE).temperature == pytest.approx(0.5, rel=0.1)


def test_the_minimum_is_the_one_a_grid_finds() -> None:
    rows = cohort(80, seed=4)
    log_NK = np.log([r.probabilities for r in rows])
    true_N = [r.true_class for r in rows]

    def loss(t: float) -> float:
        p_NK = softmax(log_NK / t, axis=1)
        return float(-np.mean([np.log(p_K[k]) for p_K, k in zip(p_NK, true_N, strict=True)]))

    found = fit_calibration(rows, THREE).temperature
    assert loss(found) <= min(loss(t) for t in np.geomspace(0.25, 10, 200)) + 1e-9


def test_patients_weigh_the_same_however_many_images_they_have() -> None:
    rows = cohort(40)
    repeated = rows + [replace(rows[0], image=f"again-{n}.png") for n in range(50)]
    assert fit_calibration(repeated, THREE).temperature == pytest.approx(
        fit_calibration(rows, THREE).temperature, rel=1e-4
    )


def test_a_fold_is_not_fitted_on_its_own_patients() -> None:
    rows = cohort()
    first = calibrate_folds(rows, THREE)[1]
    turned = [
        replace(r, stage=STAGE_OF_CLASS[(r.true_class or 0) - 1], true_class=((r.true_class or 0) - 1) % 3)
        if r.fold == 1
        else r
        for r in rows
    ]
    second = calibrate_folds(turned, THREE)[1]
    assert first["folds"][1] == second["folds"][1]
    assert first["folds"][1]["patients"] == 40
    for other in (0, 2):
        assert first["folds"][other]["temperature"] != second["folds"][other]["temperature"]
    assert first["all"]["temperature"] != second["all"]["temperature"]


def test_a_tested_patient_is_left_out_wherever_else_it_was_predicted() -> None:
    rows = cohort()  # as with --split holdout: patients of fold 0 are drawn again in fold 2
    drawn_again = [
        replace(r, fold=2, image=f"other-{r.image}", probabilities=(0.01, 0.01, 0.98)) for r in rows[:30:3]
    ]
    alone, both = (calibrate_folds(r, THREE)[1]["folds"] for r in (rows, rows + drawn_again))
    assert (both[0], both[0]["patients"]) == (alone[0], 40)
    assert both[1]["temperature"] != alone[1]["temperature"]
    assert both[2]["patients"] == 30


def test_rows_get_their_own_folds_temperature_and_keep_their_class() -> None:
    rows = cohort()
    found, described = calibrate_folds(rows, THREE)
    assert calibrated(found)
    for before, after in zip(rows, found, strict=True):
        fit = Calibration(temperature=described["folds"][before.fold or 0]["temperature"])
        assert after.calibrated == fit.apply(before.probabilities)
        assert after.predicted == before.predicted
    assert described["method"] == "temperature, fitted on the other folds"


def test_the_threshold_maximises_youdens_index_over_patients() -> None:
    rows = [
        row("a", 0, (0.9, 0.05, 0.05)), row("b", 0, (0.7, 0.2, 0.1)), row("c", 1, (0.8, 0.1, 0.1)),
        row("d", 1, (0.4, 0.5, 0.1)), row("e", 2, (0.1, 0.2, 0.7)), row("f", 2, (0.6, 0.1, 0.3)),
        row("e", 2, (0.3, 0.2, 0.5), image="e2.png"),
    ]  # fmt: skip
    fit = fit_calibration(rows, THREE)
    # P(>= F2): negatives 0.1 0.3, positives 0.2 0.4 0.6 0.8; at 0.4 J = 3/4, at 0.2 J = 1/2
    assert fit.thresholds["F2"] == pytest.approx(0.4)
    # P(F4): positives 0.3 and the mean of 0.7 and 0.5
    assert fit.thresholds["F4"] == pytest.approx(0.3)
    assert fit.reason == "6 patients of known stage are too few, 10 are needed"


def test_a_patient_is_called_by_the_mean_of_his_images() -> None:
    rows = [
        row("a", 0, (0.7, 0.3)), row("b", 0, (0.8, 0.2)), row("c", 1, (0.1, 0.9)),
        row("c", 1, (0.9, 0.1), image="c2.png"),
    ]  # fmt: skip
    assert fit_calibration(rows, Grouping.parse("2")).thresholds == {"F2": pytest.approx(0.5)}


def test_of_equally_good_thresholds_the_most_sensitive_is_taken() -> None:
    rows = [
        row("a", 0, (0.5, 0.5, 0)),
        row("b", 1, (0.6, 0.4, 0)),
        row("c", 1, (0.2, 0.8, 0)),
        row("d", 0, (0.7, 0.3, 0)),
    ]
    # at 0.8: sensitivity 1/2, specificity 1; at 0.4: 1 and 1/2
    assert fit_calibration(rows, THREE).thresholds == {"F2": pytest.approx(0.4), "F4": None}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "0 patients of known stage are too few"),
        (cohort(9), "9 patients of known stage are too few"),
        ([row(f"P{n}", None, (0.2, 0.3, 0.5)) for n in range(20)], "0 patients of known stage"),
        ([row(f"P{n}", 1, (0.2, 0.3, 0.5)) for n in range(20)], "all patients are of one class"),
        ([row(f"P{n}", n % 2, (1 - n % 2, n % 2, 0.0)) for n in range(20)], "every image is right"),
        ([row(f"P{n}", n % 3, (0.2, 0.3, 0.5)) for n in range(20)], "all images have the same probabilities"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_stays_as_it_is_with_a_reason(rows: list[Prediction], reason: str) -> None:
    fit = fit_calibration(rows, THREE)
    assert (fit.temperature, fit.fitted) == (1.0, False)
    assert fit.reason.startswith(reason)
    unchanged, described = calibrate_folds(rows, THREE)
    assert list(unchanged) == rows
    json.dumps(described, allow_nan=False)


def test_the_temperature_is_bounded() -> None:
    rows = [row(f"P{n}", n % 2, (0.6, 0.4, 0.0) if n % 2 == 0 else (0.4, 0.6, 0.0)) for n in range(200)]
    rows[0] = replace(rows[0], probabilities=(0.4999, 0.5001, 0.0))
    fit = fit_calibration(rows, THREE)
    assert fit.temperature == COOLEST
    assert fit.reason == "at the end of the range"
    wrong = [replace(r, probabilities=(0.0, 0.0, 1.0), predicted=2) for r in rows]
    wrong[0] = replace(wrong[0], probabilities=(0.0, 0.1, 0.9))
    assert fit_calibration(wrong, THREE).temperature == 10
