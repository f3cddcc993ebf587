from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.words.card import card
from tests.core.report.words.told import described, whole
from tests.fake_run import make_predict, make_train


def sections(run: Run, **more: Any) -> dict[str, list[str]]:
    return {part["title"]: part["lines"] for part in card(*described(run, **more))["sections"]}


def test_the_card_has_the_sections_of_its_model(cv_run: Run) -> None:
    found = sections(whole(cv_run))
    assert list(found) == [
        "Model details",
        "Intended use",
        "Uses out of scope",
        "Factors",
        "Metrics",
        "Training data",
        "Evaluation data",
        "Quantitative results",
        "Ethical considerations and privacy",
        "Limitations",
    ]
    assert found["Uses out of scope"][0].startswith("Not a medical device")
    assert any("NOT PROVIDED" in line for line in found["Ethical considerations and privacy"])
    assert "accuracy" in found["Quantitative results"][0]
    assert "[@" not in str(found)


def test_doubt_comes_before_the_numbers(cv_run: Run) -> None:
    verdict = {"state": "no", "headline": "These numbers cannot be believed.", "reasons": []}
    found = sections(whole(cv_run), verdict=verdict)
    assert found["Quantitative results"][0] == "These numbers cannot be believed."
    assert "These numbers cannot be believed." in found["Limitations"]


def test_results_by_subgroup_are_a_range(cv_run: Run) -> None:
    levels = [{"accuracy": {"value": value}} for value in (0.8, None, 0.6)]
    groups = {"models": {"livernet": [{"name": "site", "levels": levels}]}}
    lines = sections(whole(cv_run), subgroups=groups)["Quantitative results"]
    assert lines[-1] == "Accuracy by subgroup, lowest to highest: site 0.60 to 0.80."


@pytest.mark.parametrize(
    ("make", "title", "expected"),
    [
        (make_train, "Evaluation data", "None: a train run holds no results."),
        (make_predict, "Training data", "The cohort of the run that trained the networks"),
    ],
)
def test_other_runs_say_what_they_are(
    tmp_path: Path, cohort: Path, make: Any, title: str, expected: str
) -> None:
    found = sections(load_run(make(tmp_path / "r", cohort)))
    assert found[title][0].startswith(expected)


def test_a_phantom_holds_no_patient_data(cv_run: Run) -> None:
    found = sections(cv_run, phantom=True)
    assert found["Ethical considerations and privacy"] == ["No patient data: the cohort is computed."]
