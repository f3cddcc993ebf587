import io
from pathlib import Path

import pytest
import torch
from rich.console import Console

from livernet.cli.cv_watch import CvWatch
from livernet.core.audits.audit import State, found
from livernet.core.data.predictions import Prediction, write_predictions
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvOptions, CvPlan, plan_cv
from livernet.core.train.loop import EpochMetrics
from tests.tiny_cohort import make_cohort, tiny_config

ROW = Prediction(
    model="livernet", fold=0, seed=0, image="a", patient="p", stage=4, true_class=2,
    probabilities=(0.2, 0.2, 0.6), predicted=2, dice=0.9,
)  # fmt: skip


def make_plan(folder: Path, protocol: str) -> CvPlan:
    cohort = make_cohort(folder, images=2)
    options = CvOptions(configs=(tiny_config(),), preset="quick", folds=2, protocol=protocol)
    return plan_cv(cohort, options, torch.device("cpu"))


def job(plan: CvPlan, folder: Path) -> FoldJob:
    return FoldJob(
        folder=folder, number=1, name="1", fold=plan.splits.folds[1], config=plan.options.configs[0],
        cohort=plan.cohort, preprocessing={},
    )  # fmt: skip


def test_a_line_a_fold(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    plan = make_plan(tmp_path / "c", "patient")
    with CvWatch(console) as watch:
        watch.planned(plan)
        watch.fold_started(job(plan, tmp_path / "new"))
        watch.fold_finished(job(plan, tmp_path / "new"), [ROW])
        write_predictions(tmp_path / "old" / "predictions.csv", [ROW])
        (tmp_path / "old" / "model.safetensors").touch()
        watch.fold_started(job(plan, tmp_path / "old"))
        watch.fold_finished(job(plan, tmp_path / "old"), [ROW])
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "livernet fold 1 (1/2): 1 images held out, 1 of 1 right, Dice 0.90 (0 s)" in text
    assert "livernet fold 1 (2/2): 1 images held out, 1 of 1 right, Dice 0.90 (finished before)" in text


def test_folds_side_by_side_are_told_apart(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None)
    plan = make_plan(tmp_path / "c", "patient")
    first, second = (job(plan, tmp_path / f"fold-0{number}") for number in range(2))
    metrics = EpochMetrics(
        epoch=1, seconds=1.0, loss=1.0, loss_fine=None, loss_middle=None, loss_coarse=None, loss_class=1.0,
        dice=None, accuracy=0.5, micro=4,
    )  # fmt: skip
    with CvWatch(console) as watch:
        watch.planned(plan)
        watch.fold_started(first)
        watch.fold_started(second)
        watch.epoch(second, metrics)
        watch._bar._bar.refresh()
        watch.fold_finished(second, [ROW])
        watch.fold_finished(first, [ROW])
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "livernet folds 00, 01 of 2" in text
    assert "fold 1, epoch 1/1: loss 1.000" in text
    assert "livernet fold 1 (2/2): 1 images held out" in text


@pytest.mark.parametrize(("protocol", "leaks"), [("patient", False), ("image", True)])
def test_leaks_are_told(
    protocol: str, leaks: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with CvWatch(Console(file=io.StringIO(), width=120)) as watch:
        watch.planned(make_plan(tmp_path, protocol))
    shown = capsys.readouterr().err
    assert "12 images of 6 patients" in shown
    assert ("patients have images on both sides of a fold" in shown) == leaks


def test_audits_that_accuse_the_cohort_are_told_before_training(capsys: pytest.CaptureFixture[str]) -> None:
    states: tuple[tuple[str, State], ...] = (
        ("source", "failed"),
        ("shuffled", "passed"),
        ("outside", "caution"),
    )
    with CvWatch(Console(file=io.StringIO(), width=120)) as watch:
        watch.audited([found(name, state, f"{name} says so.") for name, state in states])
    shown = capsys.readouterr().err
    assert "Border and source: source says so." in shown
    assert "Outside the liver: outside says so." in shown
    assert "shuffled" not in shown
