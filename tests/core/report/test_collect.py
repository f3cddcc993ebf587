import json
import shutil
from pathlib import Path

import pytest

from livernet.core.data.predictions import read_predictions
from livernet.core.errors import DataError, FaultsError, LivernetError
from livernet.core.files import write_json, write_text
from livernet.core.report.collect import load_run
from livernet.core.runs import read_run
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def test_a_cv_run_is_read_whole(cv_folder: Path) -> None:
    run = load_run(cv_folder)
    assert (run.name, run.kind, len(run.predictions), run.cohort_reason) == ("first", "cv", 12, "")
    assert run.grouping.class_names == ("F0/F1", "F2/F3", "F4")
    assert list(run.curves) == ["livernet"]
    assert sorted(run.curves["livernet"]) == [0, 1, 2]
    assert [epoch["epoch"] for epoch in run.curves["livernet"][0]] == [1, 2, 3, 4, 5]
    assert run.splits is not None


def test_a_train_run_has_curves_and_a_predict_folder_predictions(tmp_path: Path, cohort: Path) -> None:
    train = load_run(make_train(tmp_path / "t", cohort))
    assert (train.predictions, len(train.curves["livernet"][0])) == ((), 5)
    predict = load_run(make_predict(tmp_path / "p", cohort))
    assert (predict.curves, predict.splits, len(predict.predictions)) == ({}, None, 12)


def test_without_a_name_the_newest_run_is_taken(
    tmp_path: Path, cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_cv(tmp_path / "runs" / "old", cohort, started="2026-01-01T00:00:00+00:00")
    make_cv(tmp_path / "runs" / "new", cohort, started="2026-01-02T00:00:00+00:00")
    make_cv(tmp_path / "runs" / "unfinished", cohort, started="2026-01-03T00:00:00+00:00", status="running")
    monkeypatch.chdir(tmp_path)
    assert load_run(None).name == "new"


def test_a_missing_or_unfinished_run_is_refused(tmp_path: Path, cohort: Path) -> None:
    with pytest.raises(DataError, match="is not a run folder"):
        load_run(tmp_path / "nowhere")
    folder = make_cv(tmp_path / "runs" / "r", cohort, status="running")
    with pytest.raises(DataError, match="is an unfinished"):
        load_run(folder)


def test_a_changed_or_vanished_cohort_is_left_out_with_the_reason(tmp_path: Path, cv_folder: Path) -> None:
    make_cohort(tmp_path / "out", patients=5)
    run = load_run(cv_folder)
    assert run.cohort is None
    assert "was changed after the run" in run.cohort_reason
    shutil.rmtree(tmp_path / "out")
    assert "is not there any more" in load_run(cv_folder).cohort_reason


def test_a_relative_cohort_is_found_beside_runs(
    tmp_path: Path, cv_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = json.loads((cv_folder / "run.json").read_text())
    facts["cohort"]["path"] = "out"
    write_json(cv_folder / "run.json", facts)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_run(cv_folder).cohort is not None


def test_another_cohort_of_that_name_is_not_taken_for_the_runs_own(
    tmp_path: Path, cv_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = json.loads((cv_folder / "run.json").read_text())
    facts["cohort"]["path"] = "out"
    write_json(cv_folder / "run.json", facts)
    make_cohort(tmp_path / "elsewhere" / "out", patients=4)
    monkeypatch.chdir(tmp_path / "elsewhere")
    run = load_run(cv_folder)
    assert run.cohort is not None
    assert run.cohort.folder.resolve() == (tmp_path / "out").resolve()
    make_cohort(tmp_path / "out", patients=5)
    assert load_run(cv_folder).cohort_reason == "the manifest in out was changed after the run"
    shutil.rmtree(tmp_path / "out")
    reason = load_run(cv_folder).cohort_reason
    assert reason.startswith("the cohort folder out is not there any more; the folder out that is here")


def test_a_run_without_a_cohort_says_so(cv_folder: Path) -> None:
    facts = json.loads((cv_folder / "run.json").read_text())
    write_json(cv_folder / "run.json", facts | {"cohort": None})
    assert load_run(cv_folder).cohort_reason == "the run was not made from a cohort"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("splits.json", "{", "splits.json: is not valid JSON"),
        ("splits.json", "[]", "splits.json: is not what a cross-validation writes"),
        ("splits.json", '{"folds": [3]}', "splits.json: is not what a cross-validation writes"),
        ("livernet/fold-00/metrics.jsonl", "not json", "metrics.jsonl: is not one JSON object a line"),
        ("livernet/fold-00/metrics.jsonl", "[1]", "metrics.jsonl: is not one JSON object a line"),
        ("run.json", '{"kind": "cv", "status": "finished"}', "run.json: names no class grouping"),
        ("splits.json", '{"folds": [], "leaked_patients": "x"}', "is not what a cross-validation writes"),
        (
            "run.json",
            '{"kind": "cv", "status": "finished", "grouping": "3", "seconds": "long"}',
            "run.json: seconds 'long' is not what a run writes",
        ),
        (
            "run.json",
            '{"kind": "cv", "status": "finished", "grouping": "3", "cohort": "out"}',
            "run.json: cohort 'out' is not what a run writes",
        ),
        ("predictions.csv", "model,fold\n", "predictions.csv: no column seed"),
    ],
)
def test_damaged_files_are_named(cv_folder: Path, file: str, content: str, message: str) -> None:
    write_text(cv_folder / file, content)
    with pytest.raises(LivernetError, match=message):
        load_run(cv_folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": 5}, r"run\.json: models 5 is not"),
        ({"split": "x"}, r"run\.json: split 'x' is not"),
        ({"cohort": {"path": "out", "sha256": [1]}}, r"run\.json: cohort\.sha256 \[1\] is not"),
        ({"distances": {"tolerance": "x"}}, r"run\.json: distances\.tolerance 'x' is not"),
        ({"config": {"model": {"depth": "x"}}}, r"run\.json: config is not .* model\.depth = 'x'"),
        ({"config": {"model": {"depth": "5"}}}, r"run\.json: config is not"),
        ({"config": {"model": {"depth": 1e300}}}, r"run\.json: config is not"),
        ({"config": {"train": "x"}}, r"run\.json: config is not"),
    ],
)
def test_wrong_types_inside_run_json_are_named(
    cv_folder: Path, changes: dict[str, object], message: str
) -> None:
    write_json(cv_folder / "run.json", read_run(cv_folder) | changes)
    with pytest.raises(DataError, match=message):
        load_run(cv_folder)


def test_impossible_predictions_are_listed(cv_folder: Path) -> None:
    file = cv_folder / "predictions.csv"
    lines = file.read_text().splitlines()
    fields = lines[1].split(",")
    fields[7] = "nan"
    write_text(file, "\n".join([lines[0], ",".join(fields), *lines[2:]]) + "\n")
    with pytest.raises(FaultsError, match=r"predictions\.csv: 1 fault"):
        load_run(cv_folder)


def test_infinite_metrics_count_as_missing(cv_folder: Path) -> None:
    write_text(
        cv_folder / "livernet" / "fold-00" / "metrics.jsonl", '{"epoch": 1, "loss": Infinity, "dice": null}\n'
    )
    assert load_run(cv_folder).curves["livernet"][0] == [{"epoch": 1.0, "loss": None, "dice": None}]


def test_scans_of_no_cohort_are_numbered(tmp_path: Path, cohort: Path) -> None:
    folder = make_predict(tmp_path / "p", cohort)
    write_json(folder / "run.json", read_run(folder) | {"cohort": None})
    own = make_predict(tmp_path / "q", cohort)
    images = [row.image for row in load_run(folder).predictions]
    assert images == [f"scan {number}" for number in range(1, len(images) + 1)]
    assert [row.image for row in load_run(own).predictions] == [
        row.image for row in read_predictions(own / "predictions.csv")
    ]


def test_a_cohort_that_lost_a_file_says_which(cohort: Path, cv_folder: Path) -> None:
    (cohort / "masks" / "image-000.png").unlink()
    run = load_run(cv_folder)
    assert run.cohort is None
    assert run.cohort_reason.endswith("the first: row 2: mask 'masks/image-000.png' does not exist")


def test_curves_of_a_train_run_are_those_of_its_network(tmp_path: Path, cohort: Path) -> None:
    config = {"model": {"name": "vgg16"}, "train": {"epochs": 5}}
    assert list(load_run(make_train(tmp_path / "t", cohort, config=config)).curves) == ["vgg16"]
