from dataclasses import replace
from pathlib import Path

from livernet.core.report.collect import Run, load_run
from livernet.core.report.scores import scored
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def test_an_older_cv_is_calibrated_as_one_would_be_today(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out", patients=20)
    run, summary = scored(load_run(make_cv(tmp_path / "r", tmp_path / "out")))
    assert summary is not None
    model = summary["models"]["livernet"]
    assert model["probabilities"] == "calibrated"
    assert [one["fold"] for one in model["calibration_fit"]["folds"]] == [0, 1, 2]
    assert model["patients"]["operating"]["F2"]["sensitivity"]["value"] is not None
    assert all(row.calibrated is not None for row in run.predictions)


def test_a_single_patient_is_scored_without_a_fit(cv_run: Run) -> None:
    rows = [row for row in cv_run.predictions if row.patient == "P000"]
    _, summary = scored(replace(cv_run, predictions=tuple(rows)))
    assert summary is not None
    assert summary["models"]["livernet"]["patients"]["operating"]["F2"]["sensitivity"]["value"] is None


def test_other_runs_are_scored_as_they_are(tmp_path: Path, cohort: Path) -> None:
    predicted = load_run(make_predict(tmp_path / "p", cohort))
    run, summary = scored(predicted)
    assert run == predicted
    assert summary is not None
    assert "calibration_fit" not in summary["models"]["livernet"]
    assert scored(load_run(make_train(tmp_path / "t", cohort)))[1] is None
