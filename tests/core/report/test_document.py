import json
from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.errors import DataError
from livernet.core.report.collect import Run, load_run
from livernet.core.report.document import describe, flatten
from tests.fake_run import make_predict, make_train


def test_the_numbers_are_those_of_the_metrics(cv_run: Run) -> None:
    document = describe(cv_run, "A")
    json.dumps(document, allow_nan=False)
    assert document["summary"]["models"]["livernet"]["patients"]["n"] == 6
    assert document["settings"]["model.width"] == 8
    assert document["made"]["device"] == "CPU (1 thread)"
    assert len(document["relation"]["livernet"]) == 12
    assert len(document["curves"]["livernet"]["2"]) == 5


def test_the_roc_points_enclose_the_area_that_is_printed(cv_run: Run) -> None:
    document = describe(cv_run, "")
    points = document["roc"]["livernet"]["F2"]["images"]
    area = sum(
        (x1 - x0) * (y0 + y1) / 2
        for x0, x1, y0, y1 in zip(
            points["false_positive_rate"],
            points["false_positive_rate"][1:],
            points["true_positive_rate"],
            points["true_positive_rate"][1:],
            strict=False,
        )
    )
    assert area == pytest.approx(document["summary"]["models"]["livernet"]["images"]["auc"]["F2"]["value"])


def test_the_split_counts_every_fold(cv_run: Run) -> None:
    split = describe(cv_run, "")["split"]
    assert [fold["test_images"] for fold in split["folds"]] == [4, 4, 4]
    assert [fold["test_patients"] for fold in split["folds"]] == [2, 2, 2]
    assert [fold["train_images"] for fold in split["folds"]] == [8, 8, 8]
    assert sum(sum(fold["test_images_per_class"]) for fold in split["folds"]) == 12


def test_one_class_only_has_no_curve(cv_run: Run) -> None:
    rows = tuple(row for row in cv_run.predictions if row.true_class == 0)
    document = describe(replace(cv_run, predictions=rows), "")
    assert document["roc"]["livernet"]["F4"] == {"patients": None, "images": None}
    assert document["summary"]["models"]["livernet"]["patients"]["auc"]["F4"]["value"] is None


def test_a_train_run_has_no_summary(tmp_path: Path, cohort: Path) -> None:
    document = describe(load_run(make_train(tmp_path / "t", cohort)), "")
    assert (document["summary"], document["split"], document["roc"]) == (None, None, {})


def test_predictions_that_contradict_their_stage_are_refused(cv_run: Run) -> None:
    first = replace(cv_run.predictions[0], stage=4)
    with pytest.raises(DataError, match="stage F4 is class 2"):
        describe(replace(cv_run, predictions=(first, *cv_run.predictions[1:])), "")


def test_settings_are_flattened() -> None:
    tree = {"model": {"width": 8, "sizes": [1, 2]}, "grouping": "3", "none": None}
    assert flatten(tree) == {"model.width": 8, "model.sizes": "1, 2", "grouping": "3", "none": None}
    assert flatten(None) == {}


def test_a_predict_folder_lists_its_answers(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    answers = describe(run, "")["answers"]
    assert [answer["image"] for answer in answers] == [row.image for row in run.predictions]
    first = run.predictions[0]
    assert answers[0]["predicted_class"] == run.grouping.class_names[first.predicted]
    assert answers[0]["probabilities"] == list(first.probabilities)
    assert describe(cv_run, "")["answers"] == []
