"""What a person sees of a running cross-validation: a bar on a terminal, a few plain lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livernet.cli.console import note, warn
from livernet.cli.fold_table import fold_table
from livernet.core.data.duplicates import across_patients
from livernet.core.data.predictions import Prediction
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvPlan
from livernet.core.train.loop import EpochMetrics

_QUIET_SECONDS = 60.0
"""Where there is no bar, an epoch is told at most this often."""


class CvWatch:
    """Tells of folds and epochs on ``console``; a context, so that the bar ends with the work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeRemainingColumn(compact=True),
        )
        self._bar = Progress(
            *columns, TextColumn("{task.fields[facts]}"), console=console, transient=True,
            disable=not console.is_terminal, speed_estimate_period=600,
        )  # fmt: skip
        self._task = self._bar.add_task("reading pictures", total=None, facts="")
        self._jobs = self._number = self._epochs = 0
        self._kept = False
        self._total = 0.0
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def planned(self, plan: CvPlan) -> None:
        """Say which cohort it is, how it is divided, and what leaks."""
        facts = plan.cohort.facts()
        note(f"cohort {facts['path']}: {facts['images']} images of {facts['patients']} patients")
        self._console.print(fold_table(plan))
        _warn_of_leaks(plan)
        folds = len(plan.splits.folds)
        self._jobs = folds * len(plan.options.configs)
        self._total = float(folds * sum(config.train.epochs for config in plan.options.configs))

    def fold_started(self, job: FoldJob) -> None:
        """Note where the fold stands among all."""
        self._number += 1
        self._epochs = job.config.train.epochs
        self._kept = job.finished
        self._total -= self._epochs if self._kept else 0
        self._began = self._told = time.monotonic()
        self._bar.update(self._task, total=self._total, description=self._title(job), facts="")

    def epoch(self, metrics: EpochMetrics) -> None:
        """Move the bar; without one, print a line now and then."""
        facts = f"epoch {metrics.epoch}/{self._epochs}: {figures(metrics)}"
        self._bar.update(self._task, advance=1, facts=facts)
        if self._bar.disable and time.monotonic() - self._told > _QUIET_SECONDS:
            self._told = time.monotonic()
            self._console.print(f"  {facts}", markup=False)

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        """Print one line on the fold's held-out images."""
        how = "finished before" if self._kept else f"{time.monotonic() - self._began:.0f} s"
        self._console.print(f"{self._title(job)}: {held_out(predictions)} ({how})", markup=False)

    def _title(self, job: FoldJob) -> str:
        site = "" if job.name == str(job.number) else f", site {job.name}"
        return f"{job.config.model.name} fold {job.number}{site} ({self._number}/{self._jobs})"


def figures(metrics: EpochMetrics) -> str:
    """An epoch's loss, Dice and accuracy on the training images, what has no label left out."""
    parts = [f"loss {metrics.loss:.3f}"]
    parts += [] if metrics.dice is None else [f"Dice {metrics.dice:.2f}"]
    parts += [] if metrics.accuracy is None else [f"accuracy {100 * metrics.accuracy:.0f} %"]
    return ", ".join(parts)


def held_out(predictions: Sequence[Prediction]) -> str:
    """How a fold's held-out images were answered."""
    known = [row for row in predictions if row.true_class is not None]
    dices = [row.dice for row in predictions if row.dice is not None]
    parts = [f"{len(predictions)} images held out"]
    parts += (
        [f"{sum(row.predicted == row.true_class for row in known)} of {len(known)} right"] if known else []
    )
    parts += [f"Dice {sum(dices) / len(dices):.2f}"] if dices else []
    return ", ".join(parts)


def _warn_of_leaks(plan: CvPlan) -> None:
    splits = plan.splits
    if splits.leaked_patients:
        warn(
            f"--split {splits.protocol}: {splits.leaked_patients} of {len(plan.cohort.patients)} patients "
            "have images on both sides of a fold: the results are too good (--split patient keeps them apart)"
        )
    if plan.duplicates:
        spread = len(across_patients(plan.duplicates, plan.cohort.rows))
        kept = "not kept together" if plan.options.duplicates == "allow" else "kept in one fold"
        warn(
            f"{len(plan.duplicates)} pictures occur twice or more ({spread} under different patients): {kept}"
        )
