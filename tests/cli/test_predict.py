import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from livernet.cli.predict import predict
from livernet.core.data.images import read_mask, read_picture
from livernet.core.data.predictions import read_predictions
from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.device import choose_device
from livernet.core.errors import LivernetError
from tests.tiny_cohort import make_cohort
from tests.tiny_run import make_cv_run, make_train_run
from tests.tiny_screen import write_screen


def invoke(*arguments: str) -> Result:
    app = Typer()
    app.command()(predict)
    return CliRunner().invoke(app, [*arguments, "--device", "cpu"], env={"COLUMNS": "120"})


def error(result: Result) -> LivernetError:
    assert isinstance(result.exception, LivernetError), result.output
    return result.exception


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_cv_run(tmp_path / "runs/cv-1", [("x",), ("y",)])
    write_screen(tmp_path / "scan.png")
    return tmp_path


def test_one_scan_with_its_mask_and_figure(here: Path) -> None:
    result = invoke("scan.png", "--mask-out")
    assert result.exit_code == 0, result.output
    assert "run runs/cv-1: ensemble of 2 folds of livernet, 32 px" in result.stderr
    assert "research use only; not a medical device" in result.stderr
    assert "next:" in result.stderr
    assert "P(≥F2)" in result.stdout
    assert read_mask(here / "predictions/scan_mask.png").shape == (360, 480)
    height, width = read_picture(here / "predictions/scan_figure.png").grey_HW.shape
    assert width > height > 300
    assert read_predictions(here / "predictions/predictions.csv")[0].image == "scan"


def test_json_is_one_document_and_nothing_else(here: Path) -> None:
    document = json.loads(invoke("scan.png", "--json", "--no-figure").stdout)
    (scan,) = document["scans"]
    assert scan["scan"] == "scan"
    assert sum(scan["probabilities"].values()) == pytest.approx(1)
    assert set(scan["at_or_above"]) == {"F2", "F4"}
    assert (scan["mask"], scan["figure"], scan["seen_in_training"]) == (None, None, False)
    assert "not a medical device" in document["caution"]
    assert not (here / "predictions/scan_figure.png").exists()


def test_two_scans_of_one_name_do_not_overwrite_each_other(here: Path) -> None:
    (here / "other").mkdir()
    write_screen(here / "other/scan.png", seed=2)
    assert invoke("scan.png", "other/scan.png", "--mask-out", "--no-figure").exit_code == 0
    assert sorted(path.name for path in (here / "predictions").glob("*.png")) == [
        "scan-2_mask.png",
        "scan_mask.png",
    ]


def test_an_unusable_scan_abstains_and_counts_only_with_strict(here: Path) -> None:
    (here / "bad.png").write_bytes(b"")
    result = invoke("bad.png", "scan.png", "--no-figure")
    assert result.exit_code == 0, result.output
    assert "bad: not answered: the file is empty" in result.stderr
    assert invoke("bad.png", "scan.png", "--no-figure", "--strict").exit_code == 3
    assert invoke("scan.png", "--no-figure", "--strict").exit_code == 0
    only = error(invoke("bad.png"))
    assert only.message == "no scan could be answered"
    listed = json.loads(invoke("bad.png", "scan.png", "--no-figure", "--json").stdout)["abstained"]
    assert [(one["scan"], one["reason"]) for one in listed] == [("bad", "the file is empty")]


def test_a_scan_of_the_training_set_is_answered_by_the_fold_that_did_not_see_it(here: Path) -> None:
    make_cohort(here / "out")
    value = pixel_hash(read_grey(here / "out/images/00-0.png"))
    make_cv_run(here / "runs/cv-1", [(value,), ("y",)])
    result = invoke("out/images/00-0.png", "--no-figure")
    assert "1 training picture: each answered by a fold that did not see it" in result.stderr
    assert read_predictions(here / "predictions/predictions.csv")[0].fold == 1
    make_train_run(here / "runs/train-1", (value,))
    loud = invoke("out/images/00-0.png", "--run", "runs/train-1", "--no-figure")
    assert loud.exit_code == 0, loud.output
    assert "SEEN IN TRAINING, says nothing about new scans: 00-0" in loud.stderr


def test_a_cohort_keeps_its_stages_and_gets_no_figures_unless_asked(here: Path) -> None:
    make_cohort(here / "out")
    result = invoke("out")
    assert result.exit_code == 0, result.output
    assert "Dice" in result.stdout
    assert "livernet report predictions" in result.stderr
    assert [row.stage for row in read_predictions(here / "predictions/predictions.csv")] == [0, 2, 4, 1, 3, 4]
    assert not list((here / "predictions").glob("*_figure.png"))
    invoke("out", "--figure")
    assert len(list((here / "predictions").glob("*_figure.png"))) == 6


def test_predictions_are_replaced_and_other_folders_left_alone(here: Path) -> None:
    invoke("scan.png", "--mask-out", "--no-figure")
    invoke("scan.png", "--no-figure")
    assert sorted(path.name for path in (here / "predictions").iterdir()) == ["predictions.csv", "run.json"]
    (here / "mine").mkdir()
    (here / "mine/thesis.doc").touch()
    assert "mine: is not empty" in error(invoke("scan.png", "--out", "mine")).message


def test_what_is_missing_is_named(here: Path) -> None:
    assert error(invoke("gone.png")).message == "gone.png: does not exist"
    assert "no run.json" in error(invoke("scan.png", "--run", "nowhere")).message
    assert invoke().exit_code == 2


def test_masks_are_black_and_white_in_the_pixels_of_the_scan(here: Path) -> None:
    invoke("scan.png", "--mask-out", "--no-figure")
    grey_HW = read_picture(here / "predictions/scan_mask.png").grey_HW
    assert set(np.unique(grey_HW)) <= {0, 255}
    assert not grey_HW[:24].any()  # above the fan, where the name is


def test_a_gpu_that_cannot_be_used_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(choose_device("cpu"), notice="the GPU cannot be used, computing on the CPU: too old")
    monkeypatch.setattr("livernet.core.device.choose_device", lambda _: old)
    result = invoke("scan.png", "--no-figure")
    assert result.exit_code == 0, result.output
    assert "note: the GPU cannot be used, computing on the CPU: too old" in result.stderr
