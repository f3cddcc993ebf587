from dataclasses import replace
from pathlib import Path

import pytest

from livernet.cli.findings import document, print_findings
from livernet.core.data.predictions import Prediction
from livernet.core.infer.calibration import Calibration
from livernet.core.infer.models import RunModels, find_models
from livernet.core.infer.predict import Abstained, Finding, PredictResult
from livernet.core.presets import load_config
from tests.tiny_run import make_cv_run


def finding(stem: str, **more: object) -> Finding:
    said = Prediction(
        model="livernet", fold=None, seed=0, image=stem, patient="", stage=None, true_class=None,
        probabilities=(0.1, 0.6, 0.3), predicted=1, mask_confidence=0.87,
    )  # fmt: skip
    facts = {"folds": (0, 1), "trained": False, "notice": ""} | more
    return Finding(
        prediction=said, stem=stem, cutoffs={"F2": 0.9, "F4": 0.3}, liver_share=0.25, **facts  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def models(tmp_path: Path) -> RunModels:
    return find_models(make_cv_run(tmp_path / "run", [("x",), ("y",)]))


def test_the_table_has_what_applies(models: RunModels, capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(PredictResult(findings=(finding("scan_a"),), abstained=()), models)
    said = capsys.readouterr()
    heading, _, row = (line.split() for line in said.out.splitlines() if line.strip())
    assert heading == [
        "scan", "class", "P(F0/F1)", "P(F2/F3)", "P(F4)", "P(≥F2)", "liver", "%", "conf.",
    ]  # fmt: skip
    assert row == ["scan_a", "F2/F3", "0.10", "0.60", "0.30", "0.90", "25", "0.87"]
    assert said.err.strip() == "warning: research use only; not a medical device"


def test_a_phantom_is_called_so(models: RunModels, capsys: pytest.CaptureFixture[str]) -> None:
    result = PredictResult(findings=(finding("scan_a"),), abstained=())
    trained_so = replace(models, phantom=True)
    print_findings(result, trained_so)
    assert "trained on a phantom: it says nothing about the liver of a person" in capsys.readouterr().err
    assert document(result, trained_so, Path("p"), masks=False, figures=False)["trained_on_phantom"]


def test_training_pictures_and_abstentions_are_told(
    models: RunModels, capsys: pytest.CaptureFixture[str]
) -> None:
    held = finding("held", folds=(1,), notice="answered by fold 1")
    seen = finding("seen_by_all", trained=True, notice="seen in training")
    gone = Abstained(name="bad", reason="colour inside the sector", remedy="export plain B-mode")
    print_findings(PredictResult(findings=(held, seen), abstained=(gone,)), models)
    said = capsys.readouterr()
    assert "fold" in said.out
    assert "1 training picture: each answered by a fold that did not see it" in said.err
    assert "SEEN IN TRAINING, says nothing about new scans: seen_by_all" in said.err
    assert "bad: not answered: colour inside the sector; export plain B-mode" in said.err


def test_what_was_not_learnt_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_cv_run(tmp_path / "run", [("x",)], training={"loss_class": None, "loss_fine": 0.1})
    masks_only = find_models(run)
    result = PredictResult(findings=(finding("a"),), abstained=())
    print_findings(result, masks_only)
    said = capsys.readouterr()
    assert "class" not in said.out
    assert "87" in said.out
    assert "did not learn to name stages: it answers with masks alone" in said.err
    (scan,) = document(result, masks_only, Path("p"), masks=True, figures=False)["scans"]
    assert (scan["class"], scan["probabilities"], scan["at_or_above"]) == (None, None, None)
    assert scan["liver_share"] == 0.25


def test_calibrated_answers_say_whether_they_are_positive_and_how_that_was_fixed(
    models: RunModels, capsys: pytest.CaptureFixture[str]
) -> None:
    fit = Calibration(temperature=1.5, thresholds={"F2": 0.5, "F4": 0.3}, patients=70)
    calibrated = replace(models, calibration={None: fit})
    one = finding("a", thresholds=fit.thresholds)
    one = replace(
        one, prediction=replace(one.prediction, calibrated=(0.2, 0.55, 0.25)), cutoffs={"F2": 0.8, "F4": 0.25}
    )
    result = PredictResult(findings=(one,), abstained=())
    print_findings(result, calibrated)
    said = capsys.readouterr()
    assert said.out.splitlines()[-2].split() == ["a", "F2/F3", "0.20", "0.55", "0.25", "0.80*", "25", "0.87"]
    told = " ".join(said.err.split())
    assert "probabilities calibrated (temperature 1.50); * at or above the threshold (F2 0.50, F4" in told
    assert "fitted on what single folds said of patients they had not seen" in told
    written = document(result, calibrated, Path("p"), masks=False, figures=False)
    assert written["calibration"]["temperature"] == 1.5
    (scan,) = written["scans"]
    assert (scan["positive"], scan["at_or_above"]) == ({"F2": True, "F4": False}, {"F2": 0.8, "F4": 0.25})
    assert scan["probabilities"] == {"F0/F1": 0.2, "F2/F3": 0.55, "F4": 0.25}
    assert scan["raw_probabilities"] == {"F0/F1": 0.1, "F2/F3": 0.6, "F4": 0.3}


def test_json_names_files_only_where_they_were_written(models: RunModels) -> None:
    result = PredictResult(findings=(finding("a"),), abstained=())
    (scan,) = document(result, models, Path("p"), masks=True, figures=False)["scans"]
    assert (scan["mask"], scan["figure"]) == ("p/a_mask.png", None)
    assert scan["class"] == "F2/F3"
    assert scan["probabilities"] == {"F0/F1": 0.1, "F2/F3": 0.6, "F4": 0.3}


def test_a_narrow_terminal_keeps_the_scans_and_their_classes(
    models: RunModels, capsys: pytest.CaptureFixture[str]
) -> None:
    long = finding("a_scan_with_quite_a_long_name_of_its_own", folds=(1,), notice="answered by fold 1")
    print_findings(PredictResult(findings=(long,), abstained=()), models)
    said = capsys.readouterr()
    folded = "".join(line.split()[0] for line in said.out.splitlines()[3:] if line.strip())
    assert folded == "a_scan_with_quite_a_long_name_of_its_own"
    assert "F2/F3" in said.out
    assert "conf." not in said.out
    assert "no room here for liver %, conf." in said.err
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_training_picture_has_the_thresholds_of_its_fold(
    models: RunModels, capsys: pytest.CaptureFixture[str]
) -> None:
    fit = Calibration(temperature=1.3, thresholds={"F2": 0.67, "F4": 0.35}, patients=30, reason="")
    held = finding("held", folds=(1,), notice="answered by fold 1")
    print_findings(PredictResult(findings=(held,), abstained=()), replace(models, calibration={None: fit}))
    assert "did not see it, with that fold's own temperature and thresholds" in capsys.readouterr().err


def test_a_baseline_says_that_it_outlines_nothing_and_where_it_looked(
    models: RunModels, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load_config("quick", None, ["model.name=vgg16"])
    card = replace(models.cards[0], config=config, training={"loss_fine": None})
    vgg = replace(models, name="vgg16", cards=(card,))
    found = (finding("a", patches="mask"), finding("b", patches="sector"))
    print_findings(PredictResult(findings=found, abstained=()), vgg)
    said = capsys.readouterr()
    assert "liver %" not in said.out
    assert "vgg16 outlines no liver: no mask is written" in said.err
    told = "patches of the 2 scans: in 1 inside the mask that livernet of the run predicts, in 1 in the whole"
    assert told in " ".join(said.err.split())
    assert "without masks" not in said.err
    entries = document(PredictResult(findings=found, abstained=()), vgg, Path("p"), masks=True, figures=False)
    assert [(one["patches"], one["mask"]) for one in entries["scans"]] == [("mask", None), ("sector", None)]
