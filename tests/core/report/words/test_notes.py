from dataclasses import replace
from pathlib import Path
from typing import Any

from livernet.core.metrics.summary import score
from livernet.core.report.cohort.counts import cohort_table
from livernet.core.report.collect import Run, load_run
from livernet.core.report.words.notes import comparison_notes, notes
from livernet.core.stages import Grouping
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def texts(run: Run, phantom: bool = False) -> str:
    summary: dict[str, Any] | None = score(run.predictions, run.grouping) if run.predictions else None
    return "\n".join(note["text"] for note in notes(run, summary, cohort_table(run), phantom))


def test_a_phantom_is_named_first(cv_run: Run) -> None:
    assert texts(cv_run, phantom=True).startswith("The cohort is a phantom")


def test_leaked_patients_and_duplicates_are_counted(tmp_path: Path, cohort: Path) -> None:
    split = {"protocol": "image", "leaked_patients": 5, "duplicates": [{"images": ["a", "b"]}]}
    found = texts(load_run(make_cv(tmp_path / "r", cohort, split=split)))
    assert "5 patients have images in both" in found
    assert "1 groups of identical pictures" in found


def test_an_accuracy_no_better_than_the_majority_is_called_so(cv_run: Run) -> None:
    constant = tuple(replace(r, probabilities=(1.0, 0.0, 0.0), predicted=0) for r in cv_run.predictions)
    assert "not shown to be better than always answering F0/F1" in texts(
        replace(cv_run, predictions=constant)
    )


def test_a_perfect_run_raises_no_such_doubt(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out", patients=20, masks=False)
    run = load_run(make_cv(tmp_path / "r", tmp_path / "out"))
    rows = tuple(
        replace(
            r, probabilities=tuple(float(k == r.true_class) for k in range(3)), predicted=r.true_class or 0
        )
        for r in run.predictions
    )
    assert texts(replace(run, predictions=rows)) == ""


def test_train_and_predict_runs_say_what_they_are(tmp_path: Path, cohort: Path) -> None:
    assert "holds no images out" in texts(load_run(make_train(tmp_path / "t", cohort)))
    assert "External test" in texts(load_run(make_predict(tmp_path / "p", cohort)))


def test_training_pictures_among_the_predicted_are_counted(tmp_path: Path, cohort: Path) -> None:
    notices = {
        "a": "seen in training: this answer says nothing",
        "b": "a training picture: answered by fold 1",
    }
    abstained = [{"name": "c", "reason": "too dark", "remedy": "none"}]
    found = texts(load_run(make_predict(tmp_path / "p", cohort, notices=notices, abstained=abstained)))
    assert "1 of 12 images were trained on by every network" in found
    assert "1 of 12 images were trained on: each was answered by the folds" in found
    assert "External test" not in found
    assert "1 scans were not answered" in found


def test_missing_patients_stages_and_pictures_are_said(cv_run: Run) -> None:
    alone = tuple(replace(r, patient="") for r in cv_run.predictions)
    assert "12 images have no patient" in texts(replace(cv_run, predictions=alone))
    rows = tuple(replace(r, stage=None, true_class=None) for r in cv_run.predictions)
    found = texts(replace(cv_run, predictions=rows, cohort=None, cohort_reason="the folder is gone"))
    assert "12 images have no known stage" in found
    assert "No pictures, sites and scanners can be shown: the folder is gone." in found


def test_warnings_come_before_remarks(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    levels = [n["level"] for n in notes(run, score(run.predictions, run.grouping), cohort_table(run), True)]
    assert levels == sorted(levels, key=lambda level: level != "warning")


def test_comparisons_name_what_differs(cv_run: Run) -> None:
    other = replace(
        cv_run,
        facts={**cv_run.facts, "cohort": {"sha256": "other"}},
        grouping=Grouping.parse("2"),
        splits={"sha256": "other", "folds": []},
    )
    found = " ".join(note["text"] for note in comparison_notes([cv_run, other]))
    assert "different cohorts" in found
    assert "different classes" in found
    assert "different folds" in found
    assert comparison_notes([cv_run, cv_run]) == []
