"""What a person sees of a running cross-validation: how it is divided, its progress, a line a fold."""

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from rich.console import Console

from livernet.cli.console import note, warn
from livernet.cli.epoch_bar import EpochBar, held_out
from livernet.cli.fold_table import fold_table
from livernet.core.audits.audit import Audit
from livernet.core.data.duplicates.groups import across_patients
from livernet.core.data.predictions import Prediction
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvPlan
from livernet.core.train.loop import EpochMetrics


class CvWatch:
    """Tells of folds and epochs on ``console``; a context, so that the bar ends with the work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = EpochBar(console)
        self._jobs = self._number = 0
        self._total = 0.0
        self._running: dict[Path, _Running] = {}

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.__exit__(kind, error, trace)

    def planned(self, plan: CvPlan) -> None:
        """Say which cohort it is, how it is divided, and what leaks."""
        facts = plan.cohort.facts()
        note(f"cohort {facts['path']}: {facts['images']} images of {facts['patients']} patients")
        self._console.print(fold_table(plan))
        _warn_of_leaks(plan)
        folds = len(plan.splits.folds)
        self._jobs = folds * len(plan.options.configs)
        self._total = float(folds * sum(config.train.epochs for config in plan.options.configs))

    def audited(self, audits: Sequence[Audit]) -> None:
        """Warn of what speaks against the cohort, before hours are spent on it."""
        for audit in audits:
            if audit.state in {"failed", "caution"}:
                warn(f"{audit.title}: {audit.verdict}")

    def fold_started(self, job: FoldJob) -> None:
        """Note where the fold stands among all."""
        self._number += 1
        title = f"{job.config.model.name} fold {job.number} ({self._number}/{self._jobs})"
        self._running[job.folder] = _Running(title, job.finished, time.monotonic())
        self._total -= job.config.train.epochs if job.finished else 0
        if len(self._running) > 1:
            numbers = ", ".join(folder.name.removeprefix("fold-") for folder in self._running)
            title = f"{job.config.model.name} folds {numbers} of {self._jobs}"
        self._bar.training(title, job.config.train.epochs, self._total)

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None:
        """Pass an epoch on to the bar."""
        self._bar.epoch(metrics, f"fold {job.number}, " if len(self._running) > 1 else "")

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        """Print one line on the fold's held-out images."""
        title, kept, began = self._running.pop(job.folder)
        how = "finished before" if kept else f"{time.monotonic() - began:.0f} s"
        self._console.print(f"{title}: {held_out(predictions)} ({how})", markup=False)


class _Running(NamedTuple):
    title: str
    kept: bool
    """Whether it was finished before, and is only read."""
    began: float


def _warn_of_leaks(plan: CvPlan) -> None:
    splits = plan.splits
    if splits.leaked_patients:
        warn(
            f"--split {splits.protocol}: {splits.leaked_patients} of {len(plan.cohort.patients)} patients "
            "have images on both sides of a fold: the results are too good (--split patient keeps them apart)"
        )
    if plan.duplicates:
        spread = len(across_patients(plan.duplicates, plan.manifest.rows))
        kept = "not kept together" if plan.options.duplicates == "allow" else "kept in one fold"
        warn(
            f"{len(plan.duplicates)} pictures occur twice or more ({spread} under different patients): {kept}"
        )
    if plan.contradictions:
        patients = sum(len(one.patients) for one in plan.contradictions)
        images = sum(len(one.rows) for one in plan.contradictions)
        warn(
            f"{patients} patients share pictures and have different stages: their {images} images are used "
            "without a stage (splits.json lists them; mend the manifest)"
        )
