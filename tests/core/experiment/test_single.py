import dataclasses
from pathlib import Path

import pytest
import torch

from livernet.core.data import loader
from livernet.core.device import Device
from livernet.core.errors import ConfigError, DataError, OutputError
from livernet.core.experiment.single import train_single
from livernet.core.runs import read_run
from livernet.core.train.checkpoint import load_model
from tests.tiny_cohort import STAGES, make_cohort, tiny_config

CPU = Device(torch=torch.device("cpu"), name="CPU", bf16=False)


def test_all_labelled_images_train(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", (*STAGES, None), masks=False)
    epochs: list[int] = []
    result = train_single(
        cohort, tiny_config(), CPU, tmp_path / "run", "livernet train", preset="quick",
        on_epoch=lambda metrics: epochs.append(metrics.epoch),
    )  # fmt: skip
    assert (result.images, result.predictions, epochs) == (6, (), [1])
    names = sorted(path.name for path in result.folder.iterdir())
    assert names == ["metrics.jsonl", "model.safetensors", "run.json"]
    facts = read_run(result.folder)
    assert (facts["kind"], facts["status"], facts["holdout"]) == ("train", "finished", 0.0)
    _, card = load_model(result.folder / "model.safetensors", CPU.torch)
    assert len(card.trained_on) == 6
    assert card.cohort_sha256 == cohort.sha256
    assert card.preprocessing == {"size": 64, "fit": "pad"}


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out")
    train_single(cohort, tiny_config(), CPU, tmp_path / "run", "livernet train", preset="quick")
    before = (tmp_path / "run" / "model.safetensors").read_bytes()
    epochs: list[int] = []
    train_single(
        cohort, tiny_config(), CPU, tmp_path / "run", "livernet train", preset="quick",
        on_epoch=lambda metrics: epochs.append(metrics.epoch),
    )  # fmt: skip
    assert not epochs
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == before
    with pytest.raises(OutputError, match="holds a run that differs in settings"):
        train_single(cohort, tiny_config(epochs=2), CPU, tmp_path / "run", "livernet train", preset="quick")


def test_patients_held_out_are_scored_and_not_learnt_from(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "out", STAGES * 2, images=2)
    result = train_single(
        cohort, tiny_config(), CPU, tmp_path / "run", "livernet train", preset="quick", holdout=0.25
    )
    tested = {row.patient for row in result.predictions}
    learnt = len(cohort.rows) - sum(row.patient in tested for row in cohort.rows)
    assert 2 <= len(tested) <= 5
    assert result.images == learnt
    assert all(row.dice is not None and row.unit == "px" for row in result.predictions)
    assert {row.calibrated for row in result.predictions} == {None}
    assert read_run(result.folder)["distances"]["unit"] == "px"


def test_what_cannot_be_trained(tmp_path: Path) -> None:
    bare = make_cohort(tmp_path / "bare", (None, None), masks=False)
    with pytest.raises(DataError, match="has neither stages nor masks to learn from"):
        train_single(bare, tiny_config(), CPU, tmp_path / "run", "livernet train", preset="quick")
    assert not (tmp_path / "run").exists()
    cohort = make_cohort(tmp_path / "out")
    with pytest.raises(ConfigError, match=r"--holdout 0\.8 is no share"):
        train_single(cohort, tiny_config(), CPU, tmp_path / "run", "c", preset="quick", holdout=0.8)
    weightless = dataclasses.replace(
        tiny_config(), loss=dataclasses.replace(tiny_config().loss, fine=0, middle=0, coarse=0)
    )
    masks_only = make_cohort(tmp_path / "m", (None,) * 4)
    with pytest.raises(DataError, match="has a label that the loss uses"):
        train_single(masks_only, weightless, CPU, tmp_path / "run", "c", preset="quick")


def test_a_cohort_that_does_not_fit_in_memory_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = make_cohort(tmp_path / "out", STAGES * 2)
    for name, free in (("inside", None), ("streamed", 0)):
        monkeypatch.setattr(loader, "free_memory", lambda *_, free=free: free)
        train_single(
            cohort, tiny_config(), CPU, tmp_path / name, "livernet train", preset="quick", holdout=0.5
        )
    for file in ("model.safetensors", "predictions.csv"):
        assert (tmp_path / "streamed" / file).read_bytes() == (tmp_path / "inside" / file).read_bytes()
