import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.cohort.subgroups import LEAST, subgroups
from livernet.core.report.collect import Run, load_run
from livernet.core.stages import Grouping
from tests.fake_run import make_cohort, make_cv


@pytest.fixture
def many(tmp_path: Path) -> Run:
    """Forty patients of two sites, two images each, without masks."""
    make_cohort(tmp_path / "many", patients=40, masks=False)
    return load_run(make_cv(tmp_path / "r", tmp_path / "many"))


def with_extras(run: Run, **values: list[str]) -> Run:
    """The patients' extras, in turn."""
    assert run.cohort is not None
    rows = []
    for place, row in enumerate(run.cohort.rows):
        extras = {name: given[(place // 2) % len(given)] for name, given in values.items()}
        rows.append(replace(row, extras={name: value for name, value in extras.items() if value}))
    return replace(run, cohort=replace(run.cohort, rows=tuple(rows)))


def groups(run: Run) -> dict[str, dict[str, Any]]:
    found = subgroups(run, {"summary": {"models": {}}})["models"]["livernet"]
    return {group["name"]: {level["name"]: level for level in group["levels"]} for group in found}


def test_each_site_has_its_own_accuracy_and_interval(many: Run) -> None:
    site = groups(many)["site"]["Hospital 0"]
    assert (site["n"], sum(site["per_class"])) == (20, 20)
    rows = [r for r in many.predictions if int(r.patient[1:]) % 2 == 0]
    totals = {r.patient: [0.0, 0.0, 0.0] for r in rows}
    for r in rows:
        totals[r.patient] = [a + b for a, b in zip(totals[r.patient], r.probabilities, strict=True)]
    right = sum(totals[r.patient].index(max(totals[r.patient])) == r.true_class for r in rows) / 2
    assert site["accuracy"]["value"] == pytest.approx(right / 20)
    assert site["accuracy"]["low"] < site["accuracy"]["value"] < site["accuracy"]["high"]
    assert set(site["auc"]) == {"F2", "F4"}


def test_few_patients_have_no_rates(many: Run) -> None:
    run = with_extras(many, sex=["F"] * 5 + ["M"])
    sexes = groups(run)["sex"]
    assert (sexes["male"]["n"], sexes["female"]["n"]) == (6, 34)
    assert sexes["male"]["accuracy"] == {"value": None, "reason": f"fewer than {LEAST} patients"}
    assert sexes["male"]["auc"]["F2"]["value"] is None
    assert sexes["female"]["accuracy"]["value"] is not None


def test_one_class_has_no_auc(many: Run) -> None:
    assert many.cohort is not None
    rows = tuple(replace(row, site="A" if row.stage in {2, 3} else "B") for row in many.cohort.rows)
    only = groups(replace(many, cohort=replace(many.cohort, rows=rows)))["site"]["A"]
    assert (only["n"], only["per_class"]) == (16, [0, 16, 0])
    assert only["auc"]["F2"] == {"value": None, "reason": "no case below the cut-off"}
    assert only["accuracy"]["value"] is not None


def test_ages_and_weights_fall_into_groups_with_their_lower_end(many: Run) -> None:
    found = groups(with_extras(many, age=["39.9", "40", "59", "60", ""], bmi=["24.9", "25", "30"]))
    assert [(name, level["n"]) for name, level in found["age"].items()] == [
        ("below 40 years", 8),
        ("40 to below 60 years", 16),
        ("60 years or more", 8),
    ]
    assert list(found["body mass index"]) == ["below 25 kg/m²", "25 to below 30 kg/m²", "30 kg/m² or more"]


def test_what_all_patients_share_is_named_and_not_shown(many: Run) -> None:
    found = subgroups(many, {"summary": {"models": {}}})
    assert found["single"] == ["scanner", "sex", "age", "body mass index", "images of a patient"]


def test_cutoffs_are_those_of_the_classes(many: Run) -> None:
    two = Grouping.parse("2")
    rows = tuple(
        replace(
            r,
            true_class=two.class_of(r.stage or 0),
            probabilities=(r.probabilities[0], sum(r.probabilities[1:])),
            predicted=min(r.predicted, 1),
        )
        for r in many.predictions
    )
    found = groups(replace(many, grouping=two, predictions=rows))
    assert set(found["site"]["Hospital 0"]["auc"]) == {"F2"}


def test_without_results_or_cohort_there_is_a_reason(many: Run) -> None:
    assert subgroups(many, {"summary": None})["reason"] == "the run holds no results"
    gone = subgroups(replace(many, cohort=None, cohort_reason="gone"), {"summary": {"models": {}}})
    assert (gone["reason"], gone["models"]) == ("gone", {})
    json.dumps(gone, allow_nan=False)


def test_a_small_run_is_all_nulls_with_reasons(cv_run: Run) -> None:
    site = groups(cv_run)["site"]["Hospital 0"]
    assert site["accuracy"]["reason"] == f"fewer than {LEAST} patients"
    assert (site["dice"]["median"], site["dice"]["n"]) == (None, 3)
    json.dumps(site, allow_nan=False)


def test_patients_made_one_because_they_share_a_picture_stay_in_their_group(many: Run) -> None:
    merged = tuple(replace(row, patient="P000") if row.patient == "P010" else row for row in many.predictions)
    assert groups(replace(many, predictions=merged))["site"]["Hospital 0"]["n"] == 19
