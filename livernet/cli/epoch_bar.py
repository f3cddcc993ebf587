"""Progress over epochs: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livernet.cli.console import note
from livernet.core.data.predictions import Prediction
from livernet.core.train.loop import EpochMetrics

_QUIET_SECONDS = 60.0
"""Where there is no bar, an epoch is told at most this often."""


class EpochBar:
    """Tells of epochs on ``console``; a context, so that the bar ends with the work."""

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
        self._epochs = 0
        self._told = time.monotonic()
        self._noticed: set[str] = set()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def training(self, title: str, epochs: int, total: float) -> None:
        """A training of ``epochs`` epochs begins, of ``total`` epochs in all."""
        self._epochs = epochs
        self._told = time.monotonic()
        self._bar.update(self._task, total=total, description=title, facts="")

    def epoch(self, metrics: EpochMetrics, of: str = "") -> None:
        """Move the bar; without one, print a line now and then. ``of`` says of which training it is."""
        self._tell(metrics.notice)
        facts = f"{of}epoch {metrics.epoch}/{self._epochs}: {figures(metrics)}"
        self._bar.update(self._task, advance=1, facts=facts)
        if self._bar.disable and time.monotonic() - self._told > _QUIET_SECONDS:
            self._told = time.monotonic()
            self._console.print(f"  {facts}", markup=False)

    def _tell(self, notice: str) -> None:
        """Say what gave way, once: folds give way alike."""
        if notice and notice not in self._noticed:
            self._noticed.add(notice)
            note(notice)


def figures(metrics: EpochMetrics) -> str:
    """An epoch's loss, Dice and accuracy on the training images, what has no label left out."""
    parts = [f"loss {metrics.loss:.3f}"]
    parts += [] if metrics.dice is None else [f"Dice {metrics.dice:.2f}"]
    parts += [] if metrics.accuracy is None else [f"accuracy {100 * metrics.accuracy:.0f} %"]
    return ", ".join(parts)


def held_out(predictions: Sequence[Prediction]) -> str:
    """How images that were held out were answered."""
    known = [row for row in predictions if row.true_class is not None]
    dices = [row.dice for row in predictions if row.dice is not None]
    right = sum(row.predicted == row.true_class for row in known)
    parts = [f"{len(predictions)} images held out"]
    parts += [f"{right} of {len(known)} right"] if known else []
    parts += [f"Dice {sum(dices) / len(dices):.2f}"] if dices else []
    return ", ".join(parts)
