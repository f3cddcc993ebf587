import json
import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from livernet.core.data.images import read_picture
from livernet.core.data.predictions import read_predictions
from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.device import choose_device
from livernet.core.errors import DataError, FaultsError, OutputError
from livernet.core.files import write_json
from livernet.core.infer.case import Case
from livernet.core.infer.models import RunModels, find_models
from livernet.core.infer.predict import PredictResult, predict_scans
from livernet.core.infer.scans import Scan, find_scans, load_scan
from livernet.core.metrics.segmentation import dice
from livernet.core.metrics.summary import score
from livernet.core.metrics.surface import surface_scores
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.stages import Grouping
from tests.tiny_cohort import liver, make_cohort
from tests.tiny_run import make_cv_run
from tests.tiny_screen import write_screen


def run(
    folder: Path, paths: list[Path], trained_on: list[list[str]] | None = None, **more: object
) -> PredictResult:
    models = find_models(make_cv_run(folder / "runs/cv", trained_on or [["x"], ["y"]]))
    options = {"masks": True, "command": "livernet predict"} | more
    return predict_scans(models, find_scans(paths), folder / "p", choose_device("cpu"), **options)  # type: ignore[arg-type]


def test_a_screenshot_gets_a_class_and_a_mask_in_its_own_pixels(tmp_path: Path) -> None:
    write_screen(tmp_path / "scan.png")
    result = run(tmp_path, [tmp_path / "scan.png"])
    (finding,) = result.findings
    said = finding.prediction
    assert (said.image, said.patient, said.stage, said.fold, said.dice) == ("scan", "", None, None, None)
    assert sum(said.probabilities) == pytest.approx(1)
    assert finding.cutoffs == {
        "F2": pytest.approx(said.probabilities[1] + said.probabilities[2]),
        "F4": pytest.approx(said.probabilities[2]),
    }
    assert finding.folds == (0, 1)
    mask = read_picture(tmp_path / "p/scan_mask.png").grey_HW
    assert mask.shape == (360, 480)
    assert set(np.unique(mask)) <= {0, 255}
    assert read_predictions(tmp_path / "p/predictions.csv")[0].image == "scan"


def test_run_json_carries_no_path_of_a_scan(tmp_path: Path) -> None:
    (tmp_path / "HONG_GILDONG").mkdir()
    write_screen(tmp_path / "HONG_GILDONG/scan.png")
    (tmp_path / "HONG_GILDONG/bad.png").write_bytes(b"")
    run(tmp_path, [tmp_path / "HONG_GILDONG/scan.png", tmp_path / "HONG_GILDONG/bad.png"])
    text = (tmp_path / "p/run.json").read_text()
    assert "HONG" not in text
    facts = json.loads(text)
    assert (facts["kind"], facts["status"], facts["grouping"]) == ("predict", "finished", "3")
    assert facts["scans"] == ["scan", "bad"]
    assert [(one["name"], one["reason"]) for one in facts["abstained"]] == [("bad", "the file is empty")]


def test_a_cohort_keeps_stages_and_is_scored_against_its_masks(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    cases: list[Case] = []
    result = run(tmp_path, [tmp_path / "out"], on_case=cases.append)
    rows = [finding.prediction for finding in result.findings]
    assert [(row.image, row.patient, row.stage) for row in rows] == [
        (row.image, row.patient, row.stage) for row in cohort.rows
    ]
    assert [row.true_class for row in rows] == [0, 1, 2, 0, 1, 2]
    for case in cases:
        assert case.finding.prediction.dice == pytest.approx(dice(case.predicted_SS, liver()))
    assert score(rows, Grouping.parse("3"))["models"]["livernet"]["patients"]["n"] == 6
    facts = json.loads((tmp_path / "p/run.json").read_text())
    assert facts["cohort"]["sha256"] == cohort.sha256


def test_training_pictures_are_answered_by_the_fold_that_did_not_see_them(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    first, second = (pixel_hash(read_grey(tmp_path / f"out/images/0{n}-0.png")) for n in (0, 1))
    result = run(tmp_path, [tmp_path / "out"], [[first, second], [second]])
    seen, both, new = (finding for finding in result.findings[:3])
    assert (seen.folds, seen.prediction.fold) == ((1,), 1)
    assert seen.notice == "a training picture: answered by fold 1 alone, which did not see it"
    assert (both.folds, both.prediction.fold) == ((0, 1), None)
    assert both.notice.startswith("seen in training")
    assert (new.folds, new.notice) == ((0, 1), "")
    assert set(json.loads((tmp_path / "p/run.json").read_text())["notices"]) == {"00-0", "01-0"}


def calibrated_run(folder: Path, trained_on: list[list[str]]) -> RunModels:
    """Fold 1 cools by 2, the ensemble by 4; F4 is called from 0.9 and 0.2."""
    run = make_cv_run(folder / "runs/cv", trained_on)
    each = [
        {"temperature": heat, "thresholds": {"F2": None, "F4": limit}, "patients": 30}
        for heat, limit in ((1.0, None), (2.0, 0.9), (4.0, 0.2))
    ]
    fit = {"method": "m", "folds": [{"fold": n} | each[n] for n in (0, 1)], "all": each[2]}
    write_json(run / "summary.json", {"models": {"livernet": {"calibration_fit": fit}}})
    return find_models(run)


def test_answers_are_calibrated_as_the_run_was(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    seen = pixel_hash(read_grey(tmp_path / "out/images/00-0.png"))
    models = calibrated_run(tmp_path, [[seen], ["y"]])
    found = predict_scans(
        models, find_scans([tmp_path / "out"]), tmp_path / "p", choose_device("cpu"), masks=False, command="c"
    ).findings
    alone, new = found[0], found[1]
    assert (alone.folds, new.folds) == ((1,), (0, 1))
    for finding, heat in ((alone, 2.0), (new, 4.0)):
        said = finding.prediction
        expected = softmax(np.log(said.probabilities) / heat)
        assert said.calibrated == pytest.approx(tuple(expected))
        assert finding.cutoffs["F4"] == pytest.approx(expected[2])
    assert (alone.thresholds["F4"], new.thresholds["F4"]) == (0.9, 0.2)
    facts = json.loads((tmp_path / "p/run.json").read_text())
    assert facts["calibration"]["temperature"] == 4.0
    assert facts["calibration"]["basis"] == "fitted on what single folds said of patients they had not seen"
    assert read_predictions(tmp_path / "p/predictions.csv")[1].calibrated == pytest.approx(
        new.prediction.calibrated, abs=1e-6
    )


def test_older_runs_stay_raw(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    (first, *_) = run(tmp_path, [tmp_path / "out"]).findings
    assert (first.prediction.calibrated, first.thresholds) == (None, {})
    assert json.loads((tmp_path / "p/run.json").read_text())["calibration"] is None


def test_a_cohorts_masks_are_measured_in_its_own_unit(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    images = {row.image: {"spacing_mm": {"after": [0.5, 0.5]}} for row in cohort.rows}
    write_json(tmp_path / "out/preprocess.json", {"settings": {}, "images": images})
    cases: list[Case] = []
    run(tmp_path, [tmp_path / "out"], on_case=cases.append)
    for case in cases:
        said = case.finding.prediction
        expected = surface_scores(case.predicted_SS, liver(), spacing=(0.5, 0.5), tolerance=2.0)
        assert (said.hd95, said.assd, said.nsd, said.unit) == pytest.approx((*expected, "mm"))
    assert json.loads((tmp_path / "p/run.json").read_text())["distances"]["unit"] == "mm"


def kill(what: object, **_: object) -> Scan:
    if getattr(what, "name", "b") == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return load_scan(what, PreprocessConfig(size=64), frozenset())  # type: ignore[arg-type]


def note_down(case: Case, folder: Path) -> None:
    (folder / case.finding.stem).write_bytes(case.image_SS.tobytes())


def test_results_do_not_depend_on_workers(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for number, path in enumerate(paths):
        write_screen(path, seed=number)
    found = []
    for workers in (0, 1, 2):
        (tmp_path / f"seen{workers}").mkdir()
        noted = partial(note_down, folder=tmp_path / f"seen{workers}")
        result = run(tmp_path, paths, on_case=noted, workers=workers)
        files = [*sorted((tmp_path / "p").glob("*.[cp]*")), *sorted((tmp_path / f"seen{workers}").iterdir())]
        found.append((result, [(file.name, file.read_bytes()) for file in files]))
    assert len(found[0][1]) == 1 + 3 + 3
    assert found[0] == found[1] == found[2]


def test_a_scan_that_kills_its_decoder_is_not_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livernet.core.infer.predict.load_scan", kill)
    for name in "abc":
        write_screen(tmp_path / f"{name}.png")
    result = run(tmp_path, [tmp_path / f"{name}.png" for name in "abc"], workers=1)
    assert [finding.stem for finding in result.findings] == ["a", "c"]
    assert [(scan.name, scan.reason) for scan in result.abstained] == [("b", "the decoder crashed on it")]


def test_a_process_that_dies_while_drawing_is_an_error(tmp_path: Path) -> None:
    write_screen(tmp_path / "a.png")
    with pytest.raises(OutputError, match="a process that writes figures was ended by the system"):
        run(tmp_path, [tmp_path / "a.png"], workers=1, on_case=kill)


def test_damaged_weights_leave_the_earlier_folder_as_it_was(tmp_path: Path) -> None:
    write_screen(tmp_path / "a.png")
    run(tmp_path, [tmp_path / "a.png"])
    before = (tmp_path / "p/predictions.csv").read_bytes()
    models = find_models(tmp_path / "runs/cv")
    models.files[1].write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read as a model file"):
        predict_scans(
            models,
            find_scans([tmp_path / "a.png"]),
            tmp_path / "p",
            choose_device("cpu"),
            masks=True,
            command="",
        )
    assert (tmp_path / "p/predictions.csv").read_bytes() == before


def test_masks_are_written_only_when_asked_for(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    run(tmp_path, [tmp_path / "out"], masks=False)
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["predictions.csv", "run.json"]


def test_when_no_scan_can_be_answered_nothing_is_written(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(FaultsError, match="no scan could be answered") as caught:
        run(tmp_path, [tmp_path / "a", tmp_path / "b"])
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["a", "b"]
    assert not (tmp_path / "p").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/thesis.doc").touch()
    with pytest.raises(OutputError, match="is not empty and holds no predictions"):
        run(tmp_path, [tmp_path / "out"])
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["thesis.doc"]
