import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from livernet.cli.app import run
from livernet.cli.cv import cv
from livernet.core.data.predictions import read_predictions
from livernet.core.errors import ConfigError, FaultsError, LivernetError
from tests.tiny_cohort import make_cohort

BOTH = [
    *("--model", "livernet", "--model", "vgg16", "--weights", "none", "--workers", "1"),
    *("--set", "vgg.patches=2"),
]
QUICK = ["--set", "train.size=32", "--set", "train.epochs=1", "--set", "model.width=2", "--device", "cpu"]


def invoke(*arguments: str) -> Result:
    app = Typer()
    app.command()(cv)
    return CliRunner().invoke(app, [*arguments, "--preset", "quick", *QUICK])


def error(result: Result) -> LivernetError:
    assert isinstance(result.exception, LivernetError)
    return result.exception


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_cohort(tmp_path / "out", images=2)
    return tmp_path


def test_it_takes_the_cohort_in_out_and_says_what_it_does(here: Path) -> None:
    result = invoke("--folds", "2", "--name", "first")
    assert result.exit_code == 0, result.output
    assert "cohort out: 12 images of 6 patients" in result.stderr
    assert "Folds by patient, seed 0" in result.stderr
    assert "livernet fold 1 (2/2): 6 images held out" in result.stderr
    assert "wrote runs/first" in result.stderr
    assert "livernet predict" in result.stderr
    assert "AUC" in result.stdout
    assert (here / "runs/first/summary.json").is_file()


def test_the_folder_is_named_after_the_command_and_the_time(here: Path) -> None:
    invoke("--folds", "2")
    assert [path.name.startswith("cv-20") for path in (here / "runs").iterdir()] == [True]


def test_repeating_the_command_keeps_finished_folds(here: Path) -> None:
    invoke("--folds", "2", "--name", "a")
    again = invoke("--folds", "2", "--name", "a")
    assert again.exit_code == 0, again.output
    assert again.stderr.count("(finished before)") == 2
    assert "differs in settings" in error(invoke("--folds", "2", "--name", "a", "--seed", "5")).message


def test_json_is_one_document_and_nothing_else(here: Path) -> None:
    document = json.loads(invoke("--folds", "2", "--name", "a", "--json").stdout)
    assert document["run"] == "runs/a"
    assert document["models"]["livernet"]["images"]["n"] == 12
    assert document["splits"]["protocol"] == "patient"


def test_the_image_split_warns_of_the_patients_it_leaks(here: Path) -> None:
    result = invoke("--folds", "2", "--split", "image")
    leaked = json.loads(next((here / "runs").glob("*/splits.json")).read_text())["leaked_patients"]
    assert leaked > 0
    assert f"--split image: {leaked} of 6 patients have images on both sides" in result.stderr


def test_too_many_folds_name_the_largest_number_and_leave_nothing(here: Path) -> None:
    fault = error(invoke())
    assert isinstance(fault, ConfigError)
    assert fault.message == "--folds 10 is more than the 2 patients of class F0/F1"
    assert fault.hint == "use --folds 2 or fewer"
    assert not (here / "runs").exists()


def test_a_damaged_cohort_or_a_bad_name_leaves_nothing(here: Path) -> None:
    assert "is not the name of a folder" in error(invoke("--folds", "2", "--name", "../a")).message
    (here / "out/preprocess.json").write_text("{")
    assert "does not say how the cohort was prepared" in error(invoke("--folds", "2")).message
    assert not (here / "runs").exists()


def test_duplicates_stop_and_can_be_allowed(here: Path) -> None:
    (here / "out/images/05-0.png").write_bytes((here / "out/images/02-1.png").read_bytes())
    assert isinstance(error(invoke("--folds", "2")), FaultsError)
    result = invoke("--folds", "2", "--duplicates", "allow")
    assert result.exit_code == 0, result.output
    assert "1 pictures occur twice or more (1 under different patients): not kept together" in result.stderr


def test_settings_classes_and_networks_are_checked(here: Path) -> None:
    assert "model.name = 'vgg99'" in error(invoke("--model", "vgg99")).message
    assert "train.epoch" in error(invoke("--set", "train.epoch=3")).message
    assert "--model livernet, livernet" in error(invoke("--model", "livernet", "--model", "livernet")).message
    assert invoke("--folds", "1").exit_code == 2
    assert invoke("--split", "random").exit_code == 2
    result = invoke("--folds", "2", "--classes", "2", "--name", "two")
    assert result.exit_code == 0, result.output
    assert json.loads((here / "runs/two/run.json").read_text())["grouping"] == "F0-F1/F2-F4"


def test_without_a_cohort_it_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "livernet preprocess RAW out/" in error(invoke()).hint


def test_the_papers_experiment_is_one_command_and_ends_with_its_table(here: Path) -> None:
    result = invoke("--folds", "2", "--name", "t", *BOTH)
    assert result.exit_code == 0, result.output
    facts = json.loads((here / "runs/t/run.json").read_text())
    assert facts["config"]["vgg"]["weights"] == "none"
    assert "vgg16 fold 1 (4/4): 6 images held out" in result.stderr
    assert "Patch accuracy, the share of single patches" in result.stderr
    title = result.stdout.index("t: Table 1, accuracy per image in %, by fold")
    assert "vgg16" in result.stdout[title:]


@pytest.mark.parametrize("classes", ["2", "3", "4", "5"])
def test_ordered_classes_of_every_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classes: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make_cohort(tmp_path / "out", (0, 1, 2, 3, 4) * 2)
    result = invoke("--folds", "2", "--name", "t", "--classes", classes, "--set", "loss.stage=ordinal")
    assert result.exit_code == 0, result.output
    for row in read_predictions(tmp_path / "runs/t/predictions.csv"):
        assert len(row.probabilities) == int(classes)
        assert sum(row.probabilities) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("classes", "form"), [("5", "ordinal"), ("3", "cross-entropy")])
def test_other_class_terms_answer_and_are_reported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    classes: str,
    form: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_cohort(tmp_path / "out", (0, 1, 2, 3, 4) * 2)
    made = invoke("--folds", "2", "--name", "t", "--classes", classes, "--set", f"loss.stage={form}", *BOTH)
    assert made.exit_code == 0, made.output
    make_cohort(tmp_path / "new", (4, 0))
    for model in ("livernet", "vgg16"):
        capsys.readouterr()
        assert run(["predict", "new", "--run", "runs/t", "--model", model, "--json", "--no-figure"]) == 0
        for scan in json.loads(capsys.readouterr().out)["scans"]:
            assert sum(scan["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert run(["report", "runs/t"]) == 0
    said = (tmp_path / "report.html").read_text()
    assert ("cumulative link model" in said) == (form == "ordinal")
    assert ("cross-entropy of the softmax" in said) == (form == "cross-entropy")


def test_a_weight_given_for_the_form_of_the_class_term_is_refused(here: Path) -> None:
    for value in ("0.5", "focal"):
        fault = error(invoke("--set", f"loss.stage={value}"))
        assert fault.message == f"setting loss.stage = '{value}' is not allowed"
        assert fault.hint.startswith("use equation7, equation7-sigmoid, cross-entropy, ordinal; ")
        assert fault.hint.endswith("its weight is loss.stage_weight")
    assert not (here / "runs").exists()


def test_a_baseline_without_weights_to_be_had_says_what_to_fetch(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("livernet.core.model.pretrained.get_dir", lambda: str(here / "hub"))
    monkeypatch.setattr("livernet.core.model.pretrained.download_url_to_file", offline)
    found = error(invoke("--folds", "2", "--model", "livernet", "--model", "vgg19"))
    assert "vgg19-dcbb9e9d.pth cannot be fetched" in found.message
    assert str(here / "hub/checkpoints") in found.hint
    assert not (here / "runs").exists()
