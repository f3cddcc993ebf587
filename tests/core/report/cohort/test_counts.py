from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.report.cohort.counts import cohort_table, is_phantom
from livernet.core.report.collect import Run, load_run
from tests.fake_run import make_cohort, make_cv


def test_counts_by_stage_site_and_scanner(cv_run: Run) -> None:
    table = cohort_table(cv_run)
    assert (table["source"], table["images"], table["patients"], table["masks"]) == ("manifest", 12, 6, 12)
    assert [(row["name"], row["class"], row["images"], row["patients"]) for row in table["stages"]] == [
        ("F0", "F0/F1", 4, 2),
        ("F1", "F0/F1", 2, 1),
        ("F2", "F2/F3", 2, 1),
        ("F3", "F2/F3", 2, 1),
        ("F4", "F4", 2, 1),
    ]
    assert [(row["name"], row["images"]) for row in table["sites"]] == [("Hospital 0", 6), ("Hospital 1", 6)]
    assert [row["name"] for row in table["scanners"]] == ["Skin A"]


def test_without_the_manifest_the_predictions_are_counted(cv_run: Run) -> None:
    table = cohort_table(replace(cv_run, cohort=None, cohort_reason="gone"))
    assert (table["source"], table["reason"], table["images"], table["masks"]) == (
        "predictions",
        "gone",
        12,
        None,
    )
    assert table["sites"] == [{"name": "not given", "images": 12, "patients": 6, "masks": None}]


def test_unknown_stages_have_their_own_row_and_absent_ones_are_zero(cv_run: Run) -> None:
    rows = tuple(replace(row, stage=None if row.stage == 4 else row.stage) for row in cv_run.predictions)
    stages = cohort_table(replace(cv_run, predictions=rows, cohort=None))["stages"]
    assert [(row["name"], row["images"]) for row in stages[-2:]] == [("F4", 0), ("not given", 2)]


@pytest.mark.parametrize(("scanner", "expected"), [("Skin A phantom", True), ("Skin A", False)])
def test_a_phantom_is_known_by_its_scanner(tmp_path: Path, scanner: str, expected: bool) -> None:
    make_cohort(tmp_path / "out", scanner=scanner)
    assert is_phantom(load_run(make_cv(tmp_path / "runs" / "r", tmp_path / "out"))) is expected


def test_a_phantom_is_known_by_what_the_run_says(cv_run: Run) -> None:
    assert is_phantom(replace(cv_run, facts={**cv_run.facts, "cohort": {"phantom": True}}))
