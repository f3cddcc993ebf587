import json
from pathlib import Path

import pytest

from livernet.cli.app import run
from livernet.core.runs import read_run
from tests.tiny_cohort import make_cohort

TINY = ["--preset", "quick"]
for setting in (
    "model.width=2",
    "train.size=32",
    "train.epochs=2",
    "model.head_width=4",
    "train.precision=fp32",
):
    TINY += ["--set", setting]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_cohort(tmp_path / "out", images=2)


def test_train_says_what_it_took_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "--name", "one", *TINY]) == 0
    shown = capsys.readouterr().err
    assert shown.splitlines()[0].startswith("note: preset quick on CPU")
    assert "cohort out: 12 images of 6 patients" in shown
    assert "trained on 12 images" in shown
    assert "next: livernet predict SCAN --mask-out" in shown
    assert read_run(Path("runs/one"))["status"] == "finished"


def test_holdout_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "--name", "two", "--holdout", "0.5", "--json", *TINY]) == 0
    shown = capsys.readouterr()
    facts = json.loads(shown.out)
    assert facts["run"] == str(Path("runs/two"))
    assert facts["images"] + facts["held_out"] == 12
    assert "images held out" in shown.err


def test_resume_needs_something_unfinished(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "--resume", *TINY]) == 1
    assert "error: no unfinished train run under ./runs" in capsys.readouterr().err


def test_resume_continues_the_unfinished_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("livernet.core.train.loop._run_epoch", interrupt)
        assert run(["train", "--name", "three", *TINY]) == 130
    assert "error: interrupted" in capsys.readouterr().err
    assert read_run(Path("runs/three"))["status"] == "running"
    assert run(["train", "--resume", *TINY]) == 0
    assert read_run(Path("runs/three"))["status"] == "finished"


def test_bad_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "--set", "train.epoch=3"]) == 1
    assert capsys.readouterr().err.endswith("hint: did you mean 'train.epochs'?\n")
    assert not Path("runs").exists()


def test_the_network_answers_a_scan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "--name", "three", *TINY]) == 0
    image = next(Path("out/images").iterdir())
    Path("scan.png").write_bytes(image.read_bytes())
    capsys.readouterr()
    assert run(["predict", "scan.png", "--run", "runs/three", "--json", "--no-figure"]) == 0
    (scan,) = json.loads(capsys.readouterr().out)["scans"]
    assert scan["seen_in_training"]
