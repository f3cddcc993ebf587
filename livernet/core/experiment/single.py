"""One network on one cohort: all labelled images train, or a share of the patients is held out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livernet.core.config import Config
from livernet.core.data.duplicates.groups import settle_duplicates
from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.manifest import Cohort
from livernet.core.data.predictions import Prediction
from livernet.core.data.splits import Fold, make_splits
from livernet.core.device import Device
from livernet.core.errors import ConfigError, DataError
from livernet.core.experiment.baseline import Beginnings, count_windows, find_beginnings, prepare, published
from livernet.core.experiment.fold import FoldJob, fit, read_fold, read_windows, run_fold
from livernet.core.experiment.plan import read_preprocessing
from livernet.core.infer.models import MODEL
from livernet.core.infer.ruler import PIXELS, find_ruler
from livernet.core.lock import locked
from livernet.core.runs import open_run, provenance
from livernet.core.stages import Grouping
from livernet.core.train.loop import EpochMetrics

_SAME = ("kind", "version", "config", "weights", "cohort_sha256", "holdout")


@dataclass(frozen=True, kw_only=True)
class SingleResult:
    """A trained network and, where patients were held out, what it said of them."""

    folder: Path
    """The run folder."""
    images: int
    """How many images it was trained on."""
    predictions: tuple[Prediction, ...]
    """Of the images held out; empty where none were."""


def train_single(
    cohort: Cohort,
    config: Config,
    device: Device,
    folder: Path,
    command: str,
    *,
    preset: str,
    holdout: float = 0.0,
    on_epoch: Callable[[EpochMetrics], None] = lambda _: None,
) -> SingleResult:
    """Train one network and write its run folder; an unfinished run of the same settings is continued.

    Raises:
        ConfigError: ``holdout`` is no share, or leaves a class without a patient.
        DataError: no image has a label, a picture is damaged, or one picture sits under several patients.
        OutputError: the folder holds something else, or a file cannot be written.
    """
    preprocessing = read_preprocessing(cohort.folder)
    tensors = load_tensors(cohort, Grouping.parse(config.grouping), config.train.size, device.torch)
    fold = _divide(cohort, tensors, config, holdout)
    ruler = find_ruler(cohort) if fold.test else PIXELS
    beginnings = find_beginnings([config], tensors, cohort)
    facts = _facts(cohort, config, device) | {
        "preset": preset,
        "weights": beginnings.facts(),
        "holdout": holdout,
        "distances": ruler.facts() if fold.test else None,
    }
    with locked(folder):
        run = open_run(folder, provenance("train", command, facts), _SAME)
        job = FoldJob(
            folder=folder,
            number=0,
            name="0",
            fold=fold,
            config=config,
            cohort=cohort,
            preprocessing=preprocessing,
            ruler=ruler,
            baseline=prepare(folder, beginnings, tensors, config, device) if config.is_baseline else None,
        )
        predictions = _predictions(job, tensors, device, on_epoch)
        run.finish(patches=_patches(job, beginnings))
        return SingleResult(folder=folder, images=len(fold.train), predictions=predictions)


def _facts(cohort: Cohort, config: Config, device: Device) -> dict[str, Any]:
    return {
        "config": published(config).to_dict(),
        "seed": config.train.seed,
        "device": device.name,
        "cohort": cohort.facts(),
        "cohort_sha256": cohort.sha256,
        "grouping": Grouping.parse(config.grouping).name,
    }


def _predictions(
    job: FoldJob, tensors: Tensors, device: Device, on_epoch: Callable[[EpochMetrics], None]
) -> tuple[Prediction, ...]:
    """Train if that was not done; what the network says of the images held out."""
    if job.fold.test:
        return read_fold(job) if job.finished else run_fold(job, tensors, device, on_epoch)
    if not (job.folder / MODEL).is_file():
        fit(job, tensors, device, on_epoch)
    return ()


def _patches(job: FoldJob, beginnings: Beginnings) -> dict[str, Any] | None:
    """For run.json: where a baseline's patches came from, in images."""
    if job.baseline is None:
        return None
    learnt = count_windows([beginnings.windows[row] for row in job.fold.train])
    tested = read_windows(job.folder) if job.fold.test else {}
    return {job.config.model.name: {"training": learnt, "test": tested}}


def _divide(cohort: Cohort, tensors: Tensors, config: Config, holdout: float) -> Fold:
    """All labelled images to learn from, or one fold of a division by patients."""
    if not 0 <= holdout <= 0.5:
        raise ConfigError(f"--holdout {holdout} is no share of the patients", "use 0, or 0.02 to 0.5")
    if holdout:
        marked = [row.duplicate_group for row in cohort.rows]
        groups = find_duplicates(tensors.thumbnails_NHW, tensors.hashes, marked)
        together = settle_duplicates(groups, cohort.rows, "stop")
        grouping, folds = Grouping.parse(config.grouping), round(1 / holdout)
        return make_splits(
            cohort.rows, grouping, folds=folds, seed=config.train.seed, together=together
        ).folds[0]
    learn = tuple(i for i, row in enumerate(cohort.rows) if row.mask or row.stage is not None)
    if not learn:
        raise DataError(
            f"{cohort.folder}: the cohort has neither stages nor masks to learn from",
            "fill in the stage column of the manifest, or give preprocess a folder of masks",
        )
    return Fold(train=learn, test=())
