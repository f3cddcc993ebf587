from dataclasses import replace
from pathlib import Path

from livernet.core.report.collect import Run, load_run
from livernet.core.report.comparison import compare_runs
from livernet.core.stages import Grouping
from tests.fake_run import make_cohort, make_cv, make_train


def reason(*runs: Run) -> str:
    found = compare_runs(runs)
    assert found is not None
    assert found["pairs"] == []
    return str(found["reason"])


def test_a_single_run_is_not_compared(cv_run: Run) -> None:
    assert compare_runs([cv_run]) is None


def test_runs_of_one_cohort_are_compared_by_patient(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    other = load_run(make_cv(tmp_path / "runs" / "other", cohort))
    found = compare_runs([cv_run, other])
    assert found is not None
    assert found["reason"] is None
    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"], pair["patients"]) == ("A · livernet", "B · livernet", 6)
    assert pair["accuracy_difference"]["value"] == 0


def test_other_runs_are_not_and_say_why(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    train = load_run(make_train(tmp_path / "t", cohort))
    assert "fewer than two runs" in reason(cv_run, train)
    make_cohort(tmp_path / "else", patients=7)
    foreign = load_run(make_cv(tmp_path / "runs" / "x", tmp_path / "else"))
    assert "different cohorts" in reason(cv_run, foreign)
    assert "no cohort" in reason(cv_run, replace(cv_run, facts=cv_run.facts | {"cohort": None}))
    assert "different classes" in reason(cv_run, replace(cv_run, grouping=Grouping.parse("2")))


def test_trainings_that_differ_in_their_seed_alone_are_put_together(cv_run: Run) -> None:
    again = replace(cv_run, predictions=tuple(replace(row, seed=1) for row in cv_run.predictions))
    found = compare_runs([cv_run, again])
    assert found is not None
    (seeds,) = found["seeds"]
    assert (seeds["name"], seeds["seeds"], seeds["accuracy"]["sd"]) == ("livernet", [0, 1], 0.0)
    other = replace(again, facts=again.facts | {"config": {"train": {"epochs": 9}}})
    found = compare_runs([cv_run, other])
    assert found is not None
    assert found["seeds"] == []
