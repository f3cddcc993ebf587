from dataclasses import replace
from typing import Any

import pytest

from livernet.core.data.manifest import Row
from livernet.core.report.cohort.characteristics import MOST_LEVELS, characteristics, level_of, number_of
from livernet.core.report.collect import Run


def people(run: Run, *rows: Row) -> dict[str, Any]:
    assert run.cohort is not None
    return characteristics(replace(run, cohort=replace(run.cohort, rows=rows)), {})


def row(patient: str, stage: int | None, **more: Any) -> Row:
    return Row(image=f"{patient}-{len(more)}-{stage}", patient=patient, stage=stage, **more)


def named(table: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in table["rows"] if entry["name"] == name)


def test_numbers_are_described_by_class_and_missing_ones_counted(cv_run: Run) -> None:
    table = people(
        cv_run,
        row("A", 0, extras={"age": "40", "bmi": "22"}),
        row("B", 1, extras={"age": "50"}),
        row("C", 4),
    )
    assert (table["columns"], table["patients"]) == (["F0/F1", "F2/F3", "F4", "all"], [2, 0, 1, 3])
    mild, none, severe, everyone = named(table, "Age, years")["cells"]
    assert (mild["n"], mild["missing"], mild["mean"], mild["median"]) == (2, 0, 45, 45)
    assert mild["sd"] == pytest.approx(7.0710678)
    assert (none["n"], none["missing"], none["mean"]) == (0, 0, None)
    assert (severe["n"], severe["missing"], severe["mean"]) == (0, 1, None)
    assert (everyone["n"], everyone["missing"], everyone["q1"], everyone["q3"]) == (2, 1, 42.5, 47.5)
    assert named(table, "Body mass index, kg/m²")["cells"][3]["sd"] is None
    assert table["notes"] == []


def test_what_the_manifest_does_not_have_has_no_row(cv_run: Run) -> None:
    names = [entry["name"] for entry in people(cv_run, row("A", 0))["rows"]]
    assert names == ["Images", "Images per patient"]


def test_categories_count_patients_and_name_those_that_differ(cv_run: Run) -> None:
    table = people(
        cv_run,
        row("A", 0, scanner="X", extras={"sex": "F"}),
        row("A", 0, scanner="Y", extras={"sex": "F"}, view="v"),
        row("B", 4, scanner="X"),
    )
    scanner, sex = named(table, "Scanner"), named(table, "Sex")
    assert [(level["name"], level["n"]) for level in scanner["levels"]] == [
        ("X", [0, 0, 1, 1]),
        ("several", [1, 0, 0, 1]),
    ]
    assert [(level["name"], level["n"]) for level in sex["levels"]] == [("female", [1, 0, 0, 1])]
    assert [cell["missing"] for cell in sex["cells"]] == [0, 0, 1, 1]
    assert [cell["n"] for cell in named(table, "Images")["cells"]] == [2, 0, 1, 3]


def test_many_levels_are_put_together(cv_run: Run) -> None:
    levels = named(
        people(cv_run, *(row(f"P{n}", 0, site=f"S{n:02d}") for n in range(MOST_LEVELS + 5))), "Site"
    )["levels"]
    assert len(levels) == MOST_LEVELS
    assert levels[-1] == {"name": "6 others", "n": [6, 0, 0, 6]}


def test_patients_without_a_class_have_a_column(cv_run: Run) -> None:
    table = people(cv_run, row("A", None), row("B", 0), row("C", 0), row("C", 4))
    assert table["columns"] == ["F0/F1", "F2/F3", "F4", "no stage", "several classes", "all"]
    assert table["patients"] == [1, 0, 0, 1, 1, 3]


def test_ages_from_90_are_one_group(cv_run: Run) -> None:
    assert "90 or older" in people(cv_run, row("A", 0, extras={"age": "90"}))["notes"][0]


def test_without_a_manifest_there_is_a_reason(cv_run: Run) -> None:
    table = characteristics(replace(cv_run, cohort=None, cohort_reason="gone"), {})
    assert (table["rows"], table["reason"]) == ([], "gone")


def test_the_numbers_of_a_patient_are_averaged() -> None:
    assert number_of([row("A", 0)], "bmi") is None
    assert number_of([row("A", 0), row("A", 0, extras={"bmi": "20"})], "bmi") == 20
    assert number_of([row("A", 0, extras={"bmi": "22"}), row("A", 0, extras={"bmi": "20"})], "bmi") == 21


def test_a_patient_of_two_levels_is_several() -> None:
    assert level_of([row("A", 0, site="x"), row("A", 0)], "site") == "x"
    assert level_of([row("A", 0, site="x"), row("A", 0, site="y")], "site") == "several"
    assert level_of([row("A", 0)], "etiology") == ""
