"""Trainings that differ in one thing, each scored on patients it never saw; kept as they come.

A study that was stopped goes on where it was: a trial is known by its settings, its rows and its cohort.
"""

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from livernet.core.config import Config
from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.data.predictions import Prediction, most_probable
from livernet.core.device import Device, choose_device
from livernet.core.errors import DataError
from livernet.core.files import sha256
from livernet.core.infer.forward import Network, infer
from livernet.core.metrics.cases import by_patient
from livernet.core.metrics.classification import auc
from livernet.core.metrics.cuts import cuts_of
from livernet.core.metrics.ordinal import expected_class, obuchowski
from livernet.core.metrics.segmentation import dice
from livernet.core.stages import Grouping
from livernet.core.train.loop import picture_lesson, train_model
from tests.benchmarks.studies.swaps import SWAPS

MEASURES = ("auc_f2", "auc_f4", "obuchowski", "accuracy", "dice")
"""By patient: AUC at F2 and at F4, Obuchowski's measure, accuracy; mean Dice of the patients' images."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One training."""

    variant: str
    """What is different."""
    seed: int
    """Of the weights and of the draw of patients."""
    config: Config
    """All settings."""
    train: tuple[int, ...]
    """Rows of the cohort to learn from."""
    test: tuple[int, ...]
    """Rows of other patients."""
    swap: str = ""
    """A part of :data:`SWAPS` in place of the network's own."""

    def key(self, cohort: Cohort) -> str:
        """What the result depends on, as a hash; settings at their defaults are left out."""
        facts = {
            "config": _changed(asdict(self.config), asdict(Config())),
            "rows": [self.train, self.test],
            "swap": self.swap,
            "cohort": cohort.sha256,
        }
        return sha256(json.dumps(facts, sort_keys=True).encode())[:16]


def run_trials(
    trials: Sequence[Trial], cohort: Cohort, file: Path, *, workers: int, device: str
) -> dict[str, list[dict[str, Any]]]:
    """The scores of all trials by variant, in order; those that ``file`` holds are not run again."""
    known = _read(file)
    keys = [trial.key(cohort) for trial in trials]
    open_ = {key: trial for key, trial in zip(keys, trials, strict=True) if key not in known}
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (cohort.folder, device)) as pool:
        jobs = {pool.submit(_run, trial): key for key, trial in open_.items()}
        for done, job in enumerate(as_completed(jobs), 1):
            key, trial, found = jobs[job], open_[jobs[job]], job.result()
            known[key] = found
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"key": key} | found) + "\n")
            sys.stderr.write(f"{done}/{len(jobs)} {trial.variant}, seed {trial.seed}: {_brief(found)}\n")
    found_by: dict[str, list[dict[str, Any]]] = {}
    for key, trial in zip(keys, trials, strict=True):
        found_by.setdefault(trial.variant, []).append({"seed": trial.seed} | known[key])
    return found_by


def _changed(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The settings that differ, and how."""
    changed: dict[str, Any] = {}
    for key, value in values.items():
        inner = _changed(value, defaults[key]) if isinstance(value, dict) else value
        if inner != ({} if isinstance(value, dict) else defaults[key]):
            changed[key] = inner
    return changed


def _read(file: Path) -> dict[str, dict[str, Any]]:
    if not file.is_file():
        return {}
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {line.pop("key"): line for line in lines}


def _brief(found: dict[str, Any]) -> str:
    return " ".join(f"{name} {found[name]}" for name in (*MEASURES, "seconds"))


_HERE: dict[str, Any] = {}
"""A worker's cohort and device."""


def _start(folder: Path, device: str) -> None:
    torch.set_num_threads(1)  # the same result on a busy machine, and two trials at once
    _HERE.update(cohort=load_manifest(folder), device=choose_device(device), tensors={})


def _run(trial: Trial) -> dict[str, Any]:
    cohort, device = _HERE["cohort"], _HERE["device"]
    size, grouping = trial.config.train.size, trial.config.grouping
    if (size, grouping) not in _HERE["tensors"]:
        tensors = load_tensors(cohort, Grouping.parse(grouping), size, device.torch)
        _HERE["tensors"] = {(size, grouping): tensors}
    return score(trial, cohort, _HERE["tensors"][size, grouping], device)


def score(trial: Trial, cohort: Cohort, tensors: Tensors, device: Device) -> dict[str, Any]:
    """Train, and score the patients held out; a loss that is no longer finite counts as chance."""
    started = time.perf_counter()
    config, swap = trial.config, SWAPS[trial.swap]
    lesson = picture_lesson(tensors, trial.train, config, device)
    swapped = lesson._replace(network=lambda: swap(lesson.network(), config))
    try:
        trained = train_model(tensors, trial.train, config, device, lesson=swapped)
    except DataError as error:
        return {"failed": error.message} | dict.fromkeys((*MEASURES, "loss_class", "seconds"))
    network = Network(model=trained.model, config=config, normalisation=trained.normalisation)
    said = infer(network, tensors.images_N1HW[list(trial.test)], device)
    masks_NHW = tensors.masks_N1HW[list(trial.test), 0].cpu().numpy() > 0
    overlap = [dice(liver >= 0.5, mask) for liver, mask in zip(said.liver_NHW, masks_NHW, strict=True)]
    grouping = Grouping.parse(config.grouping)
    rows = [
        _prediction(trial, cohort, grouping, place, tuple(found))
        for place, found in zip(trial.test, said.probability_NK.tolist(), strict=True)
    ]
    cases = by_patient(rows)
    cuts = cuts_of(cases, grouping)
    areas = {name: auc(cut.score_N, cut.positive_N, interval=False).value for name, cut in cuts.items()}
    found = {
        "auc_f2": areas["F2"],
        "auc_f4": areas["F4"],
        "obuchowski": obuchowski(expected_class(cases.probability_NK), cases.true_N, len(grouping)).value,
        "accuracy": float((cases.predicted_N == cases.true_N).mean()),
        "dice": sum(overlap) / len(overlap),
        "loss_class": trained.history[-1].loss_class,
    }
    seconds = round(time.perf_counter() - started, 1)
    return {name: None if value is None else round(value, 4) for name, value in found.items()} | {
        "seconds": seconds
    }


def _prediction(
    trial: Trial, cohort: Cohort, grouping: Grouping, place: int, probabilities: tuple[float, ...]
) -> Prediction:
    row = cohort.rows[place]
    return Prediction(
        model=trial.config.model.name,
        fold=None,
        seed=trial.seed,
        image=row.image,
        patient=row.patient,
        stage=row.stage,
        true_class=None if row.stage is None else grouping.class_of(row.stage),
        probabilities=probabilities,
        predicted=most_probable(probabilities),
    )
