import json
import math

import numpy as np
import pytest

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_image, by_patient
from livernet.core.metrics.unit import WHOLE, explore, score_rule, score_unit, wanted_of
from livernet.core.stages import Grouping

BOTH = ("patients", "images")


def rows(
    count: int, grouping: Grouping, seed: int = 0, images: int = 2, constant: bool = False
) -> list[Prediction]:
    """Predictions of ``count`` patients of all stages in turn, with ``images`` each."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count * images):
        stage = (number // images) % 5
        p = rng.dirichlet(1 + 1.5 * np.eye(len(grouping))[grouping.class_of(stage)]).round(6)
        p = np.full(len(grouping), 1 / len(grouping)) if constant else p
        made.append(
            Prediction(
                model="livernet",
                fold=number % 2,
                seed=0,
                image=f"{number}.png",
                patient=f"P{number // images}",
                stage=stage,
                true_class=grouping.class_of(stage),
                probabilities=tuple(p.tolist()),
                predicted=int(p.argmax()),
            )
        )
    return made


def unit(made: list[Prediction], grouping: Grouping, of: str, threshold: float | None = 0.4) -> dict:  # type: ignore[type-arg]  # JSON
    cases = by_patient(made) if of == "patients" else by_image(made)
    fixed = (
        {}
        if threshold is None
        else dict.fromkeys((0, 1, None), dict.fromkeys(("F1", "F2", "F3", "F4"), threshold))
    )
    return score_unit(cases, grouping, fixed, independent=of == "patients")


def measures(tree: object) -> list[dict[str, object]]:
    """Every measure in a document."""
    if isinstance(tree, dict):
        return [tree] if "value" in tree else [found for value in tree.values() for found in measures(value)]
    return [found for value in tree for found in measures(value)] if isinstance(tree, list) else []


def check(document: dict[str, object]) -> None:
    """No NaN, no value without a number or a reason, no interval that does not hold its value."""
    json.dumps(document, allow_nan=False)
    for measure in measures(document):
        assert (measure["value"] is None) <= bool(measure.get("reason"))
        if "low" in measure:
            assert measure["low"] <= measure["value"] <= measure["high"]  # type: ignore[operator]  # numbers
            assert measure["method"]


@pytest.mark.parametrize("of", BOTH)
@pytest.mark.parametrize("name", ["2", "3", "4", "5", "F0-F2/F3-F4", "F0/F1-F3/F4"])
def test_every_grouping_is_scored_with_intervals(name: str, of: str) -> None:
    grouping = Grouping.parse(name)
    document = unit(rows(40, grouping), grouping, of)
    check(document)
    assert all("low" in document[key] for key in WHOLE)
    assert all("low" in measure for measure in document["auc"].values())
    straddled = {f"F{k}" for k in range(1, 5)} - set(document["auc"])
    assert set(document["exploratory"]["auc"]) == straddled
    assert document["exploratory"]["note"].startswith("exploratory")


@pytest.mark.parametrize("of", BOTH)
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_very_few_patients_give_nulls_with_reasons(count: int, of: str) -> None:
    grouping = Grouping.parse("3")
    check(unit(rows(count, grouping), grouping, of))


@pytest.mark.parametrize("of", BOTH)
def test_constant_answers_are_worth_chance(of: str) -> None:
    grouping = Grouping.parse("3")
    document = unit(rows(20, grouping, constant=True), grouping, of)
    check(document)
    assert [measure["value"] for measure in document["auc"].values()] == [0.5, 0.5]
    assert document["obuchowski"]["value"] == pytest.approx(document["obuchowski"]["chance"])
    assert document["calibration"]["F2"]["slope"]["reason"] == "all cases have the same probability"
    assert document["kappa"]["reason"] == "no interval: every resample gives the same value"


@pytest.mark.parametrize("of", BOTH)
def test_one_class_only(of: str) -> None:
    grouping = Grouping.parse("3")
    document = unit([row for row in rows(40, grouping) if row.stage == 4], grouping, of)
    check(document)
    assert document["accuracy"]["value"] is not None
    assert document["auc"]["F4"]["reason"] == "no case below the cut-off"
    assert document["obuchowski"] == {"value": None, "reason": "all cases are of one class", "chance": None}
    assert document["decision"] == {"F2": [], "F4": []}


def test_no_thresholds_mean_no_operating_point() -> None:
    grouping = Grouping.parse("3")
    point = unit(rows(20, grouping), grouping, "patients", threshold=None)["operating"]["F2"]
    assert point["threshold"] is None
    assert point["prevalence"] == pytest.approx(0.6)
    assert point["ppv"] == {"value": None, "reason": "no threshold was fixed on other patients"}


def test_the_operating_point_by_hand() -> None:
    grouping = Grouping.parse("3")
    made = rows(20, grouping)
    point = unit(made, grouping, "patients", threshold=0.5)["operating"]["F4"]
    cases = by_patient(made)
    called = cases.probability_NK[:, 2] >= 0.5
    assert point["sensitivity"]["value"] == pytest.approx(called[cases.true_N == 2].mean())
    assert point["ppv"]["value"] == pytest.approx((cases.true_N == 2)[called].mean())
    assert point["threshold"] == 0.5


@pytest.mark.parametrize("of", BOTH)
def test_unit_weights_give_the_estimate(of: str) -> None:
    grouping = Grouping.parse("4")
    made = rows(60, grouping, seed=3)
    cases = by_patient(made) if of == "patients" else by_image(made)
    fixed = {name: np.full(len(cases.names), 0.4) for name in ("F2", "F3", "F4")}
    wanted = wanted_of(cases, grouping, fixed, independent=False)
    assert len(wanted) == len(WHOLE) + 3 * 5
    for name, want in wanted.items():
        (again,) = want.statistic(np.ones((1, len(cases.names))))
        assert again == pytest.approx(want.measure.value), name


def test_another_rule_has_the_short_list() -> None:
    grouping = Grouping.parse("3")
    found = score_rule(by_patient(rows(20, grouping)), grouping)
    assert list(found) == ["accuracy", "balanced_accuracy", "kappa", "auc", "confusion"]
    check(found)


def test_raw_stages_are_needed_to_explore() -> None:
    grouping = Grouping.parse("3")
    found = explore(by_image([]), grouping)
    assert found["n"] == 0
    assert found["auc"]["F1"]["reason"] == "no case has a known stage"
    perfect = explore(by_image(rows(25, grouping, images=1)), grouping)
    assert perfect["n"] == 25
    assert math.isclose(perfect["obuchowski"]["chance"], 0.75)
