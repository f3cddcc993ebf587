"""The page on statistics, held to the simulation and to what livernet does; and the simulation itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from livernet.core.metrics.cases import Cases
from livernet.core.metrics.ordinal import expected_class, pairs_in_order
from livernet.core.metrics.unit import score_unit
from tests.benchmarks import candidates
from tests.benchmarks.coverage import run, scenarios
from tests.benchmarks.coverage_table import CHOSEN, METHODS, markdown
from tests.benchmarks.simulated import CLASSES, PAPER, Scenario, cohort, population, youden

FOLDER = Path(__file__).parent.parent / ".github"
DOCUMENT = json.loads((FOLDER / "results" / "coverage.json").read_text(encoding="utf-8"))


def test_the_page_has_the_table_of_the_simulation() -> None:
    assert markdown(DOCUMENT) in (FOLDER / "statistics.md").read_text(encoding="utf-8")


def test_all_scenarios_were_simulated_at_full_size() -> None:
    assert DOCUMENT["settings"]["cohorts"] >= 1000
    keys = ("effect", "classes", "unit", "sure", "drawn")
    simulated = [tuple(scenario[key] for key in keys) for scenario in DOCUMENT["scenarios"]]
    assert simulated == [tuple(getattr(scenario, key) for key in keys) for scenario in scenarios()]
    page = (FOLDER / "statistics.md").read_text(encoding="utf-8")
    assert f"of {len(simulated)} scenarios" in page


@pytest.mark.parametrize("unit", ["patients", "images"])
def test_the_intervals_are_those_of_the_page(unit: str) -> None:
    scenario = Scenario(effect="weak", classes="paper", unit=unit)
    cases = cohort(scenario, np.random.default_rng(1))
    thresholds = {0: {"F2": 0.6, "F4": 0.3}}
    document = score_unit(cases, PAPER, thresholds, independent=unit == "patients")
    for kind, label in CHOSEN[unit].items():
        for place in (document["auc"], document["operating"], document["calibration"]):
            for found in place.values():
                measure = found if kind == "auc" and "method" in found else found.get(kind)
                if measure is not None:
                    assert measure["method"] == METHODS[label], kind
        if kind in document and kind != "auc":
            assert document[kind]["method"] == METHODS[label], kind


def test_the_population_has_the_truth_of_the_model() -> None:
    everyone = population(Scenario(effect="medium", classes="paper"))
    found = score_areas(everyone)
    # Neighbouring classes are 1.5 apart: their AUC is Phi(1.5 / sqrt 2).
    assert found == pytest.approx(0.8556, abs=1e-3)


def score_areas(cases: Cases) -> float:
    score_N = expected_class(cases.probability_NK)
    ordered, pairs = pairs_in_order(score_N, cases.true_N, 3, np.ones((1, len(cases.names))))[0, 1]
    return float((ordered / pairs)[0])


def test_cohorts_have_78_patients_of_the_classes_asked_for() -> None:
    rng = np.random.default_rng(0)
    cases = cohort(Scenario(effect="weak", classes="rare F4", unit="images"), rng)
    _, first = np.unique(cases.patient_N, return_index=True)
    assert tuple(np.bincount(cases.true_N[first])) == CLASSES["rare F4"]
    assert set(np.bincount(cases.patient_N)) == {1, 2, 3}
    drawn = [cohort(Scenario(effect="weak", classes="paper", drawn=True), rng) for _ in range(4)]
    assert len({tuple(np.bincount(found.true_N)) for found in drawn}) > 1


def test_youden_is_the_best_threshold() -> None:
    assert youden(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1], bool)) in (0.35, 0.8)


def test_a_scenario_is_counted_the_same_way_twice() -> None:
    scenario = Scenario(effect="medium", classes="paper", sure=True)
    found = run(scenario, 3, seed=5)
    assert found == run(scenario, 3, seed=5)
    cell = found["measures"]["brier"]["methods"]["BCa"]
    assert cell["coverage"] + cell["truth_above"] + cell["truth_below"] == pytest.approx(100, abs=0.2)


def test_draws_within_classes_keep_their_sizes() -> None:
    class_C = np.array([0] * 5 + [1] * 3 + [2])
    counts_BC = candidates.draw_within(class_C, 200, seed=1)
    for label, size in enumerate((5, 3, 1)):
        assert (counts_BC[:, class_C == label].sum(axis=1) == size).all()
    left_C = np.array([1.0, 2, 3, 4, 5, 7, 8, 9, 11])
    assert candidates.centred(left_C, class_C)[5:] == pytest.approx([-1, 0, 1, 0])
    assert candidates.variance_within(left_C, class_C) == pytest.approx(4 * 2 + 2 * 2 / 3)


def test_a_value_at_the_end_has_no_logit_interval() -> None:
    assert candidates.logit_bounds(1.0, 0.1) is None
    low, high = candidates.logit_bounds(0.5, 0.01) or (0.0, 0.0)
    assert low + high == pytest.approx(1)
