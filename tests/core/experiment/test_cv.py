import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from livernet.core.audits.audit import Audit
from livernet.core.config import Config
from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.data.predictions import PREDICTIONS, Prediction, read_predictions
from livernet.core.device import choose_device
from livernet.core.errors import OutputError
from livernet.core.experiment.cv import CvResult, cross_validate
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvOptions, CvPlan
from livernet.core.infer.calibration import read_calibration
from livernet.core.runs import find_run, read_run
from livernet.core.train.loop import EpochMetrics
from tests.tiny_cohort import STAGES, make_cohort, tiny_config


class Listener:
    def __init__(self, stop_after: int = 99) -> None:
        self.heard: list[str] = []
        self.stop_after = stop_after

    def planned(self, plan: CvPlan) -> None:
        self.heard.append(f"planned {len(plan.splits.folds)}")

    def audited(self, audits: Sequence[Audit]) -> None:
        self.heard.append(f"audited {len(audits)}")

    def fold_started(self, job: FoldJob) -> None:
        if job.number == self.stop_after:
            raise KeyboardInterrupt
        self.heard.append(f"{'found' if job.finished else 'started'} {job.number}")

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None:
        self.heard.append(f"epoch {metrics.epoch}")

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        self.heard.append(f"finished {job.number}: {len(predictions)}")


def run(
    folder: Path, cohort: Cohort, watch: Listener, config: Config | None = None, **more: object
) -> CvResult:
    configs = (config or tiny_config(),)
    options = CvOptions(configs=configs, preset="quick", folds=2, **({"workers": 1} | more))  # type: ignore[arg-type]
    return cross_validate(cohort, options, choose_device("cpu"), folder, "livernet cv", watch)


def test_a_run_folder_is_whole(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    watch = Listener()
    result = run(tmp_path / "runs/a", cohort, watch)
    assert watch.heard == [
        "planned 2", "audited 4",
        "started 0", "epoch 1", "finished 0: 3", "started 1", "epoch 1", "finished 1: 3",
    ]  # fmt: skip
    assert sorted(path.name for path in result.folder.iterdir()) == [
        "audits.json", "livernet", "predictions.csv", "run.json", "splits.json", "summary.json",
    ]  # fmt: skip
    written = read_predictions(result.folder / PREDICTIONS)
    assert [row.image for row in written] == [row.image for row in cohort.rows]
    facts = read_run(result.folder)
    assert (facts["kind"], facts["status"], facts["models"]) == ("cv", "finished", ["livernet"])
    assert facts["cohort"]["sha256"] == facts["split"]["cohort_sha256"] == cohort.sha256
    assert find_run(result.folder) == result.folder
    splits = json.loads((result.folder / "splits.json").read_text())
    assert splits["sha256"] == facts["split"]["sha256"]
    assert {p.image: p.fold for p in written} == {
        image: number for number, fold in enumerate(splits["folds"]) for image in fold["test"]
    }


def test_the_summary_has_scores_folds_and_training(tmp_path: Path) -> None:
    summary = run(tmp_path / "run", make_cohort(tmp_path / "out"), Listener()).summary
    assert summary["models"]["livernet"]["patients"]["n"] == 6
    assert summary["splits"]["leaked_patients"] == 0
    assert [fold["test"]["images"] for fold in summary["splits"]["folds"]] == [3, 3]
    last = summary["training"]["livernet"][1]
    assert (last["fold"], last["epochs"], last["last"]["epoch"]) == (1, 1, 1)
    assert last["seconds"] >= 0


def test_folds_are_calibrated_on_each_other_and_their_files_stay_raw(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", STAGES * 4)
    result = run(tmp_path / "run", cohort, Listener())
    model = result.summary["models"]["livernet"]
    assert model["probabilities"] == "calibrated"
    fit = model["calibration_fit"]
    assert [(fold["fold"], fold["patients"]) for fold in fit["folds"]] == [(0, 12), (1, 12)]
    assert fit["all"]["patients"] == 24
    fits = read_calibration(result.folder, "livernet")
    for row in read_predictions(result.folder / PREDICTIONS):
        assert row.calibrated == pytest.approx(fits[row.fold].apply(row.probabilities), abs=2e-6)
        of_fold = read_predictions(result.folder / f"livernet/fold-{row.fold:02d}" / PREDICTIONS)
        assert {p.image: (p.probabilities, p.calibrated) for p in of_fold}[row.image] == (
            row.probabilities,
            None,
        )
    threshold = {fold["fold"]: fold["thresholds"]["F4"] for fold in fit["folds"]}
    called = [(p.calibrated or ())[2] >= threshold[p.fold or 0] for p in result.predictions if p.stage == 4]
    sensitivity = model["patients"]["operating"]["F4"]["sensitivity"]["value"]
    assert sensitivity == pytest.approx(np.mean(called))


def test_audits_are_written_and_their_verdict_stands_in_the_summary(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    result = run(tmp_path / "run", cohort, Listener())
    written = json.loads((result.folder / "audits.json").read_text())
    names = [audit["name"] for audit in written["audits"]]
    assert names == ["shuffled", "outside", "source", "duplicates", "attribution", "masks"]
    assert result.summary["verdict"] == written["verdict"]
    assert json.loads((result.folder / "summary.json").read_text())["verdict"] == written["verdict"]


def test_too_few_patients_stay_raw_and_the_summary_says_why(tmp_path: Path) -> None:
    result = run(tmp_path / "run", make_cohort(tmp_path / "out"), Listener())
    model = result.summary["models"]["livernet"]
    assert model["probabilities"] == "raw"
    assert {row.calibrated for row in result.predictions} == {None}
    assert "3 patients of known stage are too few" in model["calibration_fit"]["folds"][0]["reason"]


def test_distances_are_measured_and_their_unit_recorded(tmp_path: Path) -> None:
    result = run(tmp_path / "run", make_cohort(tmp_path / "out"), Listener())
    assert {row.unit for row in result.predictions} == {"px"}
    assert all(row.hd95 is not None and row.hd95 >= (row.assd or 0) for row in result.predictions)
    recorded = read_run(result.folder)["distances"]
    assert (recorded["unit"], recorded["tolerance"]) == ("px", None)


def test_an_interrupted_run_goes_on_where_it_stopped_and_ends_the_same(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", cohort, Listener(stop_after=1))
    assert read_run(tmp_path / "run")["status"] == "running"
    watch = Listener()
    run(tmp_path / "run", cohort, watch)
    assert watch.heard[2:5] == ["found 0", "finished 0: 3", "started 1"]
    run(tmp_path / "whole", cohort, Listener())
    summaries = [json.loads((tmp_path / name / "summary.json").read_text()) for name in ("run", "whole")]
    assert summaries[0]["models"] == summaries[1]["models"]
    for name in ("predictions.csv", "splits.json"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_of_other_settings_folds_or_cohort_is_not_continued(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    run(tmp_path / "run", cohort, Listener())
    with pytest.raises(OutputError, match="holds a run that differs in settings"):
        run(tmp_path / "run", cohort, Listener(), tiny_config(epochs=2))
    with pytest.raises(OutputError, match="holds a run that differs in cohort or folds"):
        run(tmp_path / "run", cohort, Listener(), protocol="image")
    with pytest.raises(OutputError, match="holds a run that differs in cohort or folds"):
        run(tmp_path / "run", make_cohort(tmp_path / "other", images=2), Listener())


def test_masks_alone_can_be_cross_validated(tmp_path: Path) -> None:
    result = run(tmp_path / "run", make_cohort(tmp_path / "out", (None,) * 4), Listener())
    assert result.summary["models"]["livernet"]["unknown_stage"] == 4
    assert all(p.probabilities == pytest.approx((1 / 3,) * 3) for p in result.predictions)
    assert result.summary["models"]["livernet"]["segmentation"]["images"]["dice"]["n"] == 4


def test_stages_alone_can_be_cross_validated(tmp_path: Path) -> None:
    result = run(tmp_path / "run", make_cohort(tmp_path / "out", masks=False), Listener())
    assert {(p.dice, p.mask_confidence) for p in result.predictions} == {(None, None)}
    assert not list((tmp_path / "run").rglob("masks"))


def test_names_that_look_like_formulas_stay_what_they_are(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    manifest = tmp_path / "out/manifest.csv"
    manifest.write_text(manifest.read_text().replace("P04", "=P04").replace("P05", "+P05"))
    cohort = load_manifest(tmp_path / "out")
    for _ in range(2):  # made, then found finished
        result = run(tmp_path / "run", cohort, Listener())
        assert [row.patient for row in result.predictions] == [row.patient for row in cohort.rows]
    assert "'=P04" in (tmp_path / "run/predictions.csv").read_text()


def test_holdout_predicts_an_image_as_often_as_it_is_drawn(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", images=2)
    result = run(tmp_path / "run", cohort, Listener(), protocol="holdout")
    assert len(result.predictions) == 2
    assert len(result.summary["splits"]["folds"]) == 2
