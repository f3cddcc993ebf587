import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.page.sections import SECTIONS
from livernet.core.report.words.claim import claim
from tests.core.report.words.told import described, whole
from tests.fake_run import make_predict, make_train


def filled(run: Run, **more: Any) -> dict[int, dict[str, Any]]:
    return {item["number"]: item for item in claim(*described(run, **more))["items"]}


def test_all_items_are_there_and_counted(cv_run: Run) -> None:
    found = claim(*described(whole(cv_run)))
    assert [item["number"] for item in found["items"]] == list(range(1, 45))
    assert found["answered"] + found["in_part"] + found["not_provided"] == 44
    assert found["answered"] >= 10
    assert "e240300" in found["source"]
    assert "TRIPOD+AI" in found["not_covered"]
    assert "STARD-AI" in found["not_covered"]
    json.dumps(found, allow_nan=False)


def test_what_a_run_cannot_know_is_not_provided(cv_run: Run) -> None:
    items = filled(whole(cv_run))
    for number in (2, 3, 4, 5, 15, 33, 34, 44):
        assert (items[number]["status"], items[number]["answer"]) == ("NOT PROVIDED", "NOT PROVIDED"), number
        assert items[number]["where"] == ""


def test_every_answer_points_to_a_section_of_the_page(cv_run: Run) -> None:
    names = {section.name for section in SECTIONS}
    for item in filled(whole(cv_run)).values():
        assert item["where"] in names or item["status"] == "NOT PROVIDED", item


def test_no_mark_of_a_citation_is_left(cv_run: Run) -> None:
    assert "[@" not in json.dumps(claim(*described(whole(cv_run))))


def test_a_train_run_has_no_results_to_report(tmp_path: Path, cohort: Path) -> None:
    items = filled(load_run(make_train(tmp_path / "t", cohort)))
    for number in (28, 29, 32, 37, 38, 39):
        assert items[number]["status"] == "NOT PROVIDED", number
        assert items[number]["missing"] == "a train run holds no results"


def test_an_external_test_answers_the_item_on_external_data(tmp_path: Path, cohort: Path) -> None:
    items = filled(load_run(make_predict(tmp_path / "p", cohort, notices={}, files=10)))
    assert items[33]["answer"] == "A finished model, applied to images it was not trained on."
    assert items[32]["status"] == "NOT PROVIDED"
    assert "10 networks" in items[27]["answer"]
    seen = filled(load_run(make_predict(tmp_path / "q", cohort, notices={"a": "seen"})))
    assert seen[33]["status"] == "NOT PROVIDED"


@pytest.mark.parametrize("kind", [make_train, make_predict])
def test_a_run_without_its_cohort_or_settings_is_filled_without_a_guess(
    tmp_path: Path, cohort: Path, kind: Any
) -> None:
    run = load_run(kind(tmp_path / "r", cohort))
    bare = replace(run, cohort=None, cohort_reason="gone", facts={"kind": run.kind})
    items = filled(bare)
    for number in (9, 10, 11, 12, 13, 18, 22, 24, 25, 26, 31, 36):
        assert items[number]["status"] == "NOT PROVIDED", (number, items[number])
