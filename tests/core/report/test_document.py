import json
from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.document import describe, flatten
from livernet.core.report.scores import scored
from tests.fake_run import make_predict, make_train


def test_the_numbers_are_those_of_the_metrics(cv_run: Run) -> None:
    document = describe(*scored(cv_run), "A")
    json.dumps(document, allow_nan=False)
    assert document["summary"]["models"]["livernet"]["patients"]["n"] == 6
    assert document["settings"]["model.width"] == 8
    assert document["made"]["device"] == "CPU (1 thread)"
    assert len(document["relation"]["livernet"]) == 12
    assert document["relation"]["livernet"][0]["unit"] == "px"
    assert len(document["curves"]["livernet"]["2"]) == 5


def test_the_split_counts_every_fold(cv_run: Run) -> None:
    split = describe(*scored(cv_run), "")["split"]
    assert [fold["test_images"] for fold in split["folds"]] == [4, 4, 4]
    assert [fold["test_patients"] for fold in split["folds"]] == [2, 2, 2]
    assert [fold["train_images"] for fold in split["folds"]] == [8, 8, 8]
    assert sum(sum(fold["test_images_per_class"]) for fold in split["folds"]) == 12


def test_a_train_run_has_no_summary(tmp_path: Path, cohort: Path) -> None:
    document = describe(*scored(load_run(make_train(tmp_path / "t", cohort))), "")
    assert (document["summary"], document["split"], document["roc"]) == (None, None, {})


def test_settings_are_flattened() -> None:
    tree = {"model": {"width": 8, "sizes": [1, 2]}, "grouping": "3", "none": None}
    assert flatten(tree) == {"model.width": 8, "model.sizes": "1, 2", "grouping": "3", "none": None}
    assert flatten(None) == {}


def test_a_predict_folder_lists_its_answers(tmp_path: Path, cohort: Path, cv_run: Run) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    answers = describe(*scored(run), "")["answers"]
    assert [answer["image"] for answer in answers] == [row.image for row in run.predictions]
    first = run.predictions[0]
    assert answers[0]["predicted_class"] == run.grouping.class_names[first.predicted]
    assert answers[0]["probabilities"] == pytest.approx(list(first.probabilities))
    assert describe(*scored(cv_run), "")["answers"] == []


def test_settings_of_networks_that_the_run_does_not_have_are_left_out(cv_run: Run) -> None:
    config = {"model": {"name": "livernet", "width": 8}, "vgg": {"patch": 32}, "train": {"size": 48}}

    def settings(*models: str) -> dict[str, object]:
        named = {**config, "model": {"name": models[0], "width": 8}}
        run = replace(cv_run, facts={**cv_run.facts, "config": named, "models": list(models)})
        return describe(*scored(run), "")["settings"]  # type: ignore[no-any-return]

    assert settings("livernet") == {"model.name": "livernet", "model.width": 8, "train.size": 48}
    assert settings("vgg16") == {"model.name": "vgg16", "vgg.patch": 32, "train.size": 48}
    assert settings("livernet", "vgg16") == settings("livernet") | {"vgg.patch": 32}


def test_table_1_stands_in_the_document(cv_run: Run, tmp_path: Path, cohort: Path) -> None:
    table = describe(*scored(cv_run), "")["table1"]
    assert (table["folds"], [row["model"] for row in table["rows"]]) == ([1, 2, 3], ["livernet"])
    assert describe(*scored(load_run(make_train(tmp_path / "t", cohort))), "")["table1"] is None
