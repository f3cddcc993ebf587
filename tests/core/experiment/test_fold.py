import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.predictions import Prediction, read_predictions
from livernet.core.data.prepared import read_grey
from livernet.core.data.splits import Fold
from livernet.core.device import Device, choose_device
from livernet.core.errors import DataError
from livernet.core.experiment import fold
from livernet.core.experiment.fold import FoldJob, read_fold, read_history, run_fold
from livernet.core.infer.forward import Inferred, Network, infer
from livernet.core.infer.ruler import PIXELS
from livernet.core.metrics.segmentation import dice
from livernet.core.metrics.surface import surface_scores
from livernet.core.stages import Grouping
from livernet.core.train.checkpoint import load_model
from livernet.core.train.loop import EpochMetrics
from tests.tiny_cohort import SIDE, liver, make_cohort, tiny_config


def job(folder: Path, *, masks: bool = True) -> FoldJob:
    cohort = make_cohort(folder / "out", masks=masks)
    return FoldJob(
        folder=folder / "run/livernet/fold-03",
        number=3,
        name="3",
        fold=Fold(train=(0, 1, 2, 3), test=(4, 5)),
        config=tiny_config(epochs=2),
        cohort=cohort,
        preprocessing={"size": SIDE, "fit": "pad"},
    )


def pictures(work: FoldJob) -> Tensors:
    return load_tensors(work.cohort, Grouping.parse("3"), 32, torch.device("cpu"))


def run(work: FoldJob, on_epoch: Callable[[EpochMetrics], None] = lambda _: None) -> tuple[Prediction, ...]:
    return run_fold(work, pictures(work), choose_device("cpu"), on_epoch)


def test_a_fold_leaves_metrics_model_masks_and_predictions(tmp_path: Path) -> None:
    work = job(tmp_path)
    seen: list[EpochMetrics] = []
    predictions = run(work, seen.append)
    assert [epoch.epoch for epoch in seen] == [1, 2]
    assert sorted(path.name for path in work.folder.iterdir()) == [
        "masks",
        "metrics.jsonl",
        "model.safetensors",
        "predictions.csv",
    ]
    lines = (work.folder / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
    assert [(p.image, p.patient, p.stage, p.true_class, p.fold) for p in predictions] == [
        ("images/04-0.png", "P04", 3, 1, 3),
        ("images/05-0.png", "P05", 4, 2, 3),
    ]
    for p in predictions:
        assert sum(p.probabilities) == pytest.approx(1, abs=1e-5)
        assert p.predicted == int(np.argmax(p.probabilities))
        mask = read_grey(work.folder / "masks" / Path(p.image).name)
        assert mask.shape == (SIDE, SIDE)
        assert p.dice == pytest.approx(dice(mask >= 128, liver()))


def test_test_images_are_answered_in_parts_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(network: Network, images: torch.Tensor, device: Device) -> Inferred:
        asked.append(len(images))
        return infer(network, images, device)

    monkeypatch.setattr(fold, "infer", counted)
    left: list[dict[str, bytes]] = []
    for batches in (8, 1):
        monkeypatch.setattr(fold, "_BATCHES", batches)
        work = job(tmp_path / str(batches))
        work = dataclasses.replace(work, fold=Fold(train=(0, 1, 2, 3), test=(4, 5, 4, 5, 4)))
        run(work)
        files = [work.folder / "predictions.csv", *sorted((work.folder / "masks").iterdir())]
        left.append({file.name: file.read_bytes() for file in files})
    assert left[0] == left[1]
    assert asked == [5, work.config.train.batch, 1]


def test_outlines_are_compared_at_the_cohorts_own_size_and_in_its_unit(tmp_path: Path) -> None:
    work = job(tmp_path)
    spacing = {row.image: (0.5, 0.25) for row in work.cohort.rows}
    work = dataclasses.replace(work, ruler=dataclasses.replace(PIXELS, spacing=spacing, tolerance=1.0))
    for p in run(work):
        predicted = read_grey(work.folder / "masks" / Path(p.image).name) >= 128
        expected = surface_scores(predicted, liver(), spacing=(0.5, 0.25), tolerance=1.0)
        assert (p.hd95, p.assd, p.nsd) == pytest.approx(tuple(expected), abs=1e-6)
        assert p.unit == "mm"


def test_the_model_file_names_exactly_its_training_pictures(tmp_path: Path) -> None:
    work = job(tmp_path)
    run(work)
    card = load_model(work.folder / "model.safetensors", torch.device("cpu"))[1]
    assert card.trained_on == pictures(work).hashes[:4]
    assert card.fold == 3
    assert card.preprocessing == {"size": SIDE, "fit": "pad"}
    assert card.cohort_sha256 == work.cohort.sha256


@pytest.mark.parametrize(("masks", "pool"), [(True, "liver"), (False, "image")])
def test_the_model_file_says_where_the_class_head_looks(tmp_path: Path, masks: bool, pool: str) -> None:
    work = job(tmp_path, masks=masks)
    run(work)
    model, card = load_model(work.folder / "model.safetensors", torch.device("cpu"))
    assert work.config.model.pool == "liver"  # as asked
    assert card.config.model.pool == pool
    assert model.guide == (2 if masks else None)


def test_a_finished_fold_is_read_and_not_run_again(tmp_path: Path) -> None:
    work = job(tmp_path)
    assert not work.finished
    run(work)
    assert work.finished
    again = read_fold(work)
    assert again == read_predictions(work.folder / "predictions.csv")


def test_a_fold_that_lost_its_model_is_trained_again(tmp_path: Path) -> None:
    work = job(tmp_path)
    run(work)
    before = (work.folder / "model.safetensors").read_bytes()
    (work.folder / "model.safetensors").unlink()
    assert not work.finished
    run(work)
    assert (work.folder / "model.safetensors").read_bytes() == before


def test_the_same_job_gives_the_same_bytes(tmp_path: Path) -> None:
    work = job(tmp_path)
    other = dataclasses.replace(work, folder=tmp_path / "other")
    for each in (work, other):
        run(each)
    for name in ("predictions.csv", "masks/04-0.png"):
        assert (work.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_rows_without_stage_or_mask_are_predicted_without_score(tmp_path: Path) -> None:
    work = job(tmp_path)
    rows = list(work.cohort.rows)
    rows[4] = dataclasses.replace(rows[4], stage=None, mask="")
    work = dataclasses.replace(work, cohort=dataclasses.replace(work.cohort, rows=tuple(rows)))
    first, second = run(work)
    assert (first.stage, first.true_class, first.dice, first.hd95) == (None, None, None, None)
    assert second.dice is not None


def test_classes_that_were_not_taught_are_not_scored(tmp_path: Path) -> None:
    work = job(tmp_path)
    loss = dataclasses.replace(work.config.loss, stage_weight=0.0)
    predictions = run(dataclasses.replace(work, config=dataclasses.replace(work.config, loss=loss)))
    assert [(p.stage, p.true_class) for p in predictions] == [(3, None), (4, None)]
    assert all(p.dice is not None for p in predictions)


@pytest.mark.parametrize("damage", ["row", "fold"])
def test_a_finished_fold_must_answer_its_own_images(tmp_path: Path, damage: str) -> None:
    work = job(tmp_path)
    run(work)
    file = work.folder / "predictions.csv"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n")
    if damage == "fold":
        file.write_text("\n".join(lines).replace("livernet,3,", "livernet,2,") + "\n")
    with pytest.raises(DataError, match="does not answer the 2 images of this fold") as caught:
        read_fold(work)
    assert caught.value.hint.startswith(f"delete {work.folder} and repeat")


def test_the_record_of_a_training_is_read_back(tmp_path: Path) -> None:
    work = job(tmp_path)
    run(work)
    assert [epoch["epoch"] for epoch in read_history(work.folder)] == [1, 2]
    for content in ('{"epoch"', "", "[3]"):
        (work.folder / "metrics.jsonl").write_text(content)
        with pytest.raises(DataError, match=r"metrics\.jsonl: is not the record of a training"):
            read_history(work.folder)
