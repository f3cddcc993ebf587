"""One fold of a cross-validation: train, predict the images held out, write; done once, kept for good.

Shape suffixes: N test images, H rows, W columns, S side of a prepared picture.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.config import Config
from livernet.core.data.loader import Tensors
from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.predictions import (
    PREDICTIONS,
    Prediction,
    most_probable,
    read_predictions,
    write_predictions,
)
from livernet.core.data.prepared import read_grey
from livernet.core.data.splits import Fold
from livernet.core.device import Device
from livernet.core.errors import DataError
from livernet.core.experiment.baseline import Baseline, count_windows, published
from livernet.core.files import inert, read_json, write_json, write_png, write_text
from livernet.core.infer.forward import (
    Inferred,
    Learnt,
    Network,
    enlarge,
    infer,
    mask_confidence,
    to_bytes,
    what_was_learnt,
)
from livernet.core.infer.models import MODEL
from livernet.core.infer.patches import infer_patches
from livernet.core.infer.ruler import PIXELS, MaskScores, Ruler
from livernet.core.stages import Grouping
from livernet.core.train.checkpoint import ModelCard, save_model
from livernet.core.train.loop import EpochMetrics, train_model
from livernet.core.train.state import StateFile

METRICS = "metrics.jsonl"
MASKS = "masks"
WINDOWS = "patches.json"
_STATE = "unfinished.safetensors"
_BATCHES = 8
"""Answered before their masks are written: many test images would fill the memory with probabilities."""


@dataclass(frozen=True, kw_only=True)
class FoldJob:
    """One network on one fold."""

    folder: Path
    """Where its files go."""
    number: int
    """Which fold, from 0."""
    name: str
    """What the fold is called: its number, or the site it leaves out."""
    fold: Fold
    """Rows to train on and to test."""
    config: Config
    """Settings of the network and its training."""
    cohort: Cohort
    """Where the rows come from."""
    preprocessing: dict[str, object]
    """Settings under which the cohort was prepared."""
    ruler: Ruler = PIXELS
    """What distances between masks are measured with."""
    baseline: Baseline | None = None
    """What it shares with the other folds; ``None`` for the paper's network."""

    @property
    def finished(self) -> bool:
        """Whether the predictions are there, which are written last, and the network that made them."""
        return (self.folder / PREDICTIONS).is_file() and (self.folder / MODEL).is_file()


def run_fold(
    job: FoldJob, tensors: Tensors, device: Device, on_epoch: Callable[[EpochMetrics], None]
) -> tuple[Prediction, ...]:
    """Train on a fold of the cohort whose pictures ``tensors`` are, and predict the images held out.

    Writes metrics.jsonl, model.safetensors, masks/ (a baseline: patches.json) and, last, predictions.csv. An
    interrupted training goes on where its state was last kept.

    Raises:
        DataError: the training images have no label, the loss is no longer finite, or a file is damaged.
        OutputError: a file cannot be written.
    """
    network = fit(job, tensors, device, on_epoch)
    if job.baseline is None:
        predictions = _answer(job, network, tensors, device)
    else:
        predictions = _answer_patches(job, job.baseline, network, tensors, device)
    write_predictions(job.folder / PREDICTIONS, predictions)
    return read_fold(job)  # to the digits of the file, as a run that is continued reads them


def fit(job: FoldJob, tensors: Tensors, device: Device, on_epoch: Callable[[EpochMetrics], None]) -> Network:
    """Train on the fold's training rows; write metrics.jsonl and model.safetensors.

    An interrupted training goes on where its state was last kept.

    Raises:
        DataError, OutputError: as :func:`run_fold`.
    """
    state, rows = StateFile(job.folder / _STATE), job.fold.train
    lesson = None if job.baseline is None else job.baseline.lesson(tensors, rows, job.config, device)
    trained = train_model(
        tensors, rows, job.config, device, fold=job.number, lesson=lesson, on_epoch=on_epoch, state=state
    )
    model = trained.model if job.baseline is None else job.baseline.whole(trained.model, job.config)
    lines = (json.dumps(epoch.to_dict(), allow_nan=False) for epoch in trained.history)
    write_text(job.folder / METRICS, "\n".join(lines) + "\n")
    last = trained.history[-1].to_dict()
    del last["seconds"]  # same seed, same bytes
    card = ModelCard(
        config=published(trained.config),
        normalisation=trained.normalisation,
        cohort_sha256=job.cohort.sha256,
        trained_on=tuple(tensors.hashes[i] for i in rows),
        fold=job.number,
        preprocessing=job.preprocessing,
        training=last,
        features=job.baseline.sha256 if job.baseline and job.config.vgg.features == "frozen" else "",
    )
    save_model(job.folder / MODEL, model, card)
    state.remove()
    learnt = what_was_learnt(trained.config, card.training)
    return Network(model=model, config=trained.config, normalisation=trained.normalisation, learnt=learnt)


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The epochs that a finished fold's metrics.jsonl records, at least one.

    Raises:
        DataError: the file is missing or damaged.
    """
    file = folder / METRICS
    try:
        history = [dict(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, TypeError):
        history = []
    if not history or not all("seconds" in epoch for epoch in history):
        raise DataError(f"{file}: is not the record of a training", _run_again(folder))
    return history


def read_fold(job: FoldJob) -> tuple[Prediction, ...]:
    """The predictions of a finished fold, if they are those of its own network and test images.

    Names get back what the file put an apostrophe before, lest a spreadsheet take them for formulas.

    Raises:
        DataError: the file is damaged or answers other images.
    """
    file = job.folder / PREDICTIONS
    predictions = read_predictions(file)
    rows = [job.cohort.rows[place] for place in job.fold.test]
    network = job.config.model.name, job.number
    expected = [(*network, inert(row.image), inert(row.patient), row.stage) for row in rows]
    if [(p.model, p.fold, p.image, p.patient, p.stage) for p in predictions] != expected:
        raise DataError(
            f"{file}: does not answer the {len(rows)} images of this fold, each once", _run_again(job.folder)
        )
    named = zip(predictions, rows, strict=True)
    return tuple(replace(found, image=row.image, patient=row.patient) for found, row in named)


def read_windows(folder: Path) -> dict[str, int]:
    """Where a baseline's finished fold had its test patches from: counts of images.

    Raises:
        DataError: the file is missing or damaged.
    """
    try:
        return {str(name): int(count) for name, count in read_json(folder / WINDOWS).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise DataError(f"{folder / WINDOWS}: is missing or damaged", _run_again(folder)) from None


def _run_again(folder: Path) -> str:
    return f"delete {folder} and repeat the command: this fold alone is run again"


def _answer(job: FoldJob, network: Network, tensors: Tensors, device: Device) -> list[Prediction]:
    """What a network says of the test images, whose masks are written a few batches at a time."""
    found: list[Prediction] = []
    step = _BATCHES * job.config.train.batch
    for at in range(0, len(job.fold.test), step):
        rows = list(job.fold.test[at : at + step])
        said = infer(network, tensors.images_N1HW[rows], device)
        found += [_write_case(job, row, said, n, network.learnt) for n, row in enumerate(rows)]
    return found


def _answer_patches(
    job: FoldJob, baseline: Baseline, network: Network, tensors: Tensors, device: Device
) -> list[Prediction]:
    """What a baseline says of the test images; where their patches lay is written down."""
    rows = list(job.fold.test)
    windows = baseline.windows(tensors, rows, job.cohort, job.config, job.number)
    said = infer_patches(network, tensors.images_N1HW[rows], windows, device)
    write_json(job.folder / WINDOWS, count_windows(windows))
    found: list[Prediction] = []
    for place, row in enumerate(rows):
        prediction = _write_case(job, row, said.inferred, place, network.learnt._replace(mask=False))
        right = None
        if prediction.true_class is not None and job.config.vgg.input == "patches":
            right = float((said.class_NP[place] == prediction.true_class).mean())
        found.append(replace(prediction, patch_accuracy=right))
    return found


def _write_case(job: FoldJob, number: int, inferred: Inferred, place: int, learnt: Learnt) -> Prediction:
    """Write the mask of a row of the cohort at the cohort's own size, and score it there."""
    row = job.cohort.rows[number]
    size = len(read_grey(job.cohort.folder / row.image))
    probability_SS = enlarge(inferred.liver_NHW[place], size)
    levels_SS = to_bytes(probability_SS)
    if learnt.mask:
        write_png(job.folder / MASKS / f"{PurePosixPath(row.image).stem}.png", levels_SS)
    probabilities = tuple(inferred.probability_NK[place].tolist())
    grouping = Grouping.parse(job.config.grouping)
    scores = _score_mask(job, row, levels_SS >= 128) if learnt.mask and row.mask else MaskScores()
    return Prediction(
        model=job.config.model.name,
        fold=job.number,
        seed=job.config.train.seed,
        image=row.image,
        patient=row.patient,
        stage=row.stage,
        true_class=grouping.class_of(row.stage) if learnt.stages and row.stage is not None else None,
        probabilities=probabilities,
        predicted=most_probable(probabilities),
        **scores._asdict(),
        mask_confidence=mask_confidence(probability_SS),
    )


def _score_mask(job: FoldJob, row: Row, predicted_SS: NDArray[np.bool_]) -> MaskScores:
    return job.ruler.compare(row.image, predicted_SS, read_grey(job.cohort.folder / row.mask) >= 128)
