from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

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


def test_a_cohort_that_is_a_phantom_in_part_is_said_to_be_mixed(cv_run: Run) -> None:
    assert cv_run.cohort is not None
    assert "mixes" not in texts(cv_run)
    first, *others = cv_run.cohort.rows
    mixed = replace(cv_run.cohort, rows=(replace(first, scanner="CIRS phantom"), *others))
    found = texts(replace(cv_run, cohort=mixed))
    assert "mixes computed and real pictures, as it seems: in 1 of 12 images a site" in found
    assert "invented" not in found


def test_leaked_patients_and_duplicates_are_counted(tmp_path: Path, cohort: Path) -> None:
    split = {"protocol": "image", "leaked_patients": 5, "duplicates": [{"images": ["a", "b"]}]}
    found = texts(load_run(make_cv(tmp_path / "r", cohort, split=split)))
    assert "5 patients have images in both" in found
    assert "1 group of identical pictures was found in the cohort." in found


@pytest.mark.parametrize(
    ("policy", "patients", "level", "expected"),
    [
        ("stop", 1, "remark", "1 group of identical pictures and 2 groups of nearly identical pictures were"),
        (
            "group",
            2,
            "warning",
            "3 of them under different patients: patients who share one are counted as one",
        ),
        ("allow", 1, "warning", "in the cohort: nothing was done about them"),
    ],
)
def test_copies_are_told_by_kind_and_by_what_was_done(
    cv_run: Run, policy: str, patients: int, level: str, expected: str
) -> None:
    groups = [
        {"kind": kind, "images": ["a", "b"], "patients": patients} for kind in ("exact", "near", "near")
    ]
    run = replace(
        cv_run,
        splits={**(cv_run.splits or {}), "duplicates": groups},
        facts={**cv_run.facts, "split": {"duplicates": policy}},
    )
    found = notes(run, None, cohort_table(run), phantom=False)
    assert [note["level"] for note in found] == [level]
    assert expected in found[0]["text"]


def test_contradicting_copies_are_a_warning(cv_run: Run) -> None:
    splits = {
        **(cv_run.splits or {}),
        "duplicates": [{"kind": "exact", "images": ["a", "b"], "patients": 2}],
        "contradictions": [{"patients": ["x", "y"], "stages": ["F0", "F4"], "images": ["a", "b", "c"]}],
    }
    found = notes(replace(cv_run, splits=splits), None, cohort_table(cv_run), phantom=False)
    assert found[1]["level"] == "warning"
    assert found[1]["text"].startswith("1 time the same picture has different stages")
    assert "3 images were used without a stage" in found[1]["text"]


def test_raw_probabilities_say_why(cv_run: Run) -> None:
    def said(**model: Any) -> list[str]:
        patients = {"accuracy": {}, "majority": {"value": 0.5}, "per_class": [1, 1, 1]}
        summary = {"models": {"m": {"patients": patients, "unknown_stage": 0} | model}}
        return [note["text"] for note in notes(cv_run, summary, cohort_table(cv_run), phantom=False)]

    few = {"fold": 0, "temperature": 1.0, "reason": "8 patients are too few"}
    fine = {"fold": 1, "temperature": 1.7}
    fit = {"folds": [few, fine]}
    assert said(probabilities="raw", calibration_fit=fit) == [
        "m: class probabilities are raw, not calibrated: 8 patients are too few."
    ]
    assert said(probabilities="raw") == ["m: class probabilities are raw, not calibrated."]
    assert said(probabilities="calibrated", calibration_fit=fit) == [
        "m: probabilities of 1 of 2 folds are raw: 8 patients are too few."
    ]
    assert said(probabilities="calibrated", calibration_fit={"folds": [fine]}) == []


def test_several_seeds_are_told(cv_run: Run) -> None:
    again = tuple(replace(row, seed=1) for row in cv_run.predictions)
    run = replace(cv_run, predictions=(*cv_run.predictions, *again))
    found = notes(run, None, cohort_table(run), phantom=False)
    assert found[0]["text"] == "livernet was trained with 2 seeds: its results stand here once for each."


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
    assert texts(replace(run, predictions=rows)) == "livernet: class probabilities are raw, not calibrated."


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
    assert "1 of 12 images was trained on by every network" in found
    assert "1 of 12 images was trained on: each was answered by the folds" in found
    assert "External test" not in found
    assert "1 scan was not answered" in found


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


def test_baselines_say_where_their_patches_and_their_features_came_from(cv_run: Run) -> None:
    facts = {
        "weights": {"vgg16": {"source": "none: random numbers", "sha256": "ab"}},
        "patches": {"vgg16": {"training": {"mask": 12}, "test": {"sector": 12}}},
    }
    found = texts(replace(cv_run, facts={**cv_run.facts, **facts}))
    assert "vgg16: the features began with random weights, not with ImageNet's" in found
    assert (
        "vgg16: patches to learn from lay inside the given masks (12 images); patches to answer by" in found
    )
    assert "random weights" not in texts(cv_run)
