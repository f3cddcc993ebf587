"""The training loop: Adadelta over a fixed number of epochs, last weights kept (paper, section II.2).

Shape suffixes: N images of the cohort, B batch, H rows, W columns, K classes.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.data.loader import Normalisation, Tensors, fit_normalisation
from livernet.core.device import Device
from livernet.core.errors import DataError
from livernet.core.memory import give_back_freed_memory, keep_all_freed_memory
from livernet.core.model.registry import build_model
from livernet.core.train.batches import Batch, draw_batches
from livernet.core.train.learner import Average, Learner
from livernet.core.train.lesson import Lesson
from livernet.core.train.micro import memory_errors_named
from livernet.core.train.seeds import seed_everything
from livernet.core.train.step import Gradients

if TYPE_CHECKING:  # training itself needs torch, torchvision and numpy alone
    from livernet.core.train.state import StateFile


@dataclass(frozen=True, kw_only=True)
class EpochMetrics:
    """Means over the training images of one epoch, dropout on; ``None`` where no row has the label."""

    epoch: int
    """From 1."""
    seconds: float
    """Time the epoch took."""
    loss: float
    """Weighted sum of the four terms."""
    loss_fine: float | None
    """Equation (4)."""
    loss_middle: float | None
    """Equation (5)."""
    loss_coarse: float | None
    """Equation (6)."""
    loss_class: float | None
    """Equation (7), or what stands for it."""
    dice: float | None
    """Mean Dice of the masks at full resolution."""
    accuracy: float | None
    """Share of images, or patches, given their class."""
    micro: int
    """Images that went through the network at once, at the end of the epoch."""
    notice: str = ""
    """What had to give way in this epoch, one line."""

    def to_dict(self) -> dict[str, float | str | None]:
        """One line of metrics.jsonl."""
        values = asdict(self) if self.notice else {k: v for k, v in asdict(self).items() if k != "notice"}
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()}


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What training leaves behind."""

    model: nn.Module
    """With its last (or averaged) weights, in evaluation mode."""
    config: Config
    """Its settings, as far as there were labels for them."""
    normalisation: Normalisation
    """Fitted on the training images."""
    history: tuple[EpochMetrics, ...]
    """One entry an epoch."""


def train_model(
    tensors: Tensors,
    rows: Sequence[int],
    config: Config,
    device: Device,
    *,
    fold: int = 0,
    lesson: Lesson | None = None,
    on_epoch: Callable[[EpochMetrics], None] = lambda _: None,
    state: "StateFile | None" = None,
) -> Trained:
    """Train one network on the images ``rows`` of the cohort, or on the ``lesson`` made of them.

    Randomness comes from (seed, fold, epoch) alone, so that a run continued from ``state`` ends with the
    bytes of an uninterrupted one on the same device. Memory that training needs is given back at its end.

    Raises:
        DataError: no row has a label that a weighted term uses, or the loss is no longer finite.
        ConfigError: there is not enough memory for a single image.
    """
    if lesson is None:
        config = _settle(config, tensors, rows)
        lesson = picture_lesson(tensors, rows, config, device)
    keep_all_freed_memory()
    forked = torch.random.fork_rng(devices=[device.torch] if device.is_gpu else [])
    with forked, memory_errors_named(config, device):
        learner = _new_learner(lesson, config, device, fold)
        history = [EpochMetrics(**line) for line in state.restore(learner)] if state else []
        gradients = Gradients(learner.model, config, device, images=lesson.inputs)
        if history:
            gradients.micro = history[-1].micro
        for epoch in range(len(history) + 1, config.train.epochs + 1):
            generator = seed_everything(config.train.seed, fold, epoch)
            batches = lesson.batches(generator, gradients.static)
            history.append(_run_epoch(learner, gradients, batches, lesson.inputs, epoch))
            if state:
                state.save(learner, [asdict(line) for line in history])
            on_epoch(history[-1])
    learner.model.zero_grad(set_to_none=True)
    _give_back(device)
    return Trained(
        model=learner.result.eval(),
        config=config,
        normalisation=lesson.normalisation,
        history=tuple(history),
    )


def picture_lesson(tensors: Tensors, rows: Sequence[int], config: Config, device: Device) -> Lesson:
    """The paper's network, and whole pictures with their masks."""
    normalisation = fit_normalisation(tensors, rows)

    def batches(generator: torch.Generator, full: bool) -> Iterator[Batch]:
        return draw_batches(tensors, rows, config, normalisation, device.torch, generator, full=full)

    return Lesson(
        normalisation=normalisation,
        inputs=len(rows),
        network=lambda: build_model(config),
        batches=batches,
    )


def _new_learner(lesson: Lesson, config: Config, device: Device, fold: int) -> Learner:
    settings = config.train
    seed_everything(settings.seed, fold, 0)
    model = lesson.network()
    model = model.to(device.torch).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adadelta(
        model.parameters(), lr=settings.lr, rho=settings.rho, eps=settings.eps, capturable=device.is_gpu
    )
    return Learner(model, optimiser, Average(model, settings.average) if settings.average else None)


def _run_epoch(
    learner: Learner, gradients: Gradients, batches: Iterable[Batch], images: int, epoch: int
) -> EpochMetrics:
    """One pass over ``images`` images; the host waits for the device once, at its end."""
    started = time.perf_counter()
    learner.model.train()
    sums: list[Tensor] = []
    for batch in batches:
        sums.append(gradients.compute(batch))
        learner.optimiser.step()
        if learner.average is not None:
            learner.average.update(learner.model)
    total = torch.stack(sums).sum(0).tolist()
    seconds, notice = time.perf_counter() - started, gradients.take_notices()
    return _epoch_metrics(total, images, epoch, seconds, gradients.micro, notice)


def _epoch_metrics(
    sums: Sequence[float], images: int, epoch: int, seconds: float, micro: int, notice: str
) -> EpochMetrics:
    masks, classes, total, fine, middle, coarse, stage, dice, hits = sums
    if not math.isfinite(total):
        raise DataError(
            f"the training loss is no longer a finite number in epoch {epoch}",
            "lower train.lr, e.g. --set train.lr=0.3, or use --set train.precision=fp32",
        )

    def mean(value: float, count: float) -> float | None:
        return value / count if count else None

    return EpochMetrics(
        epoch=epoch,
        seconds=seconds,
        loss=total / images,
        loss_fine=mean(fine, masks),
        loss_middle=mean(middle, masks),
        loss_coarse=mean(coarse, masks),
        loss_class=mean(stage, classes),
        dice=mean(dice, masks),
        accuracy=mean(hits, classes),
        micro=micro,
        notice=notice,
    )


def _settle(config: Config, tensors: Tensors, rows: Sequence[int]) -> Config:
    """The settings that the labels allow: where no mask is learnt, the class head looks everywhere.

    Raises:
        DataError: no row has a label that a weighted term uses.
    """
    index = torch.tensor(list(rows), dtype=torch.int64, device=tensors.class_N.device)
    masks = bool(tensors.has_mask_N[index].any()) and config.loss.guide is not None
    classes = bool((tensors.class_N[index] >= 0).any()) and config.loss.stage_weight > 0
    if not (masks or classes):
        raise DataError(
            f"none of the {len(rows)} training images has a label that the loss uses",
            "give 'livernet preprocess' stages or masks, or a weight to the term of those that there are",
        )
    return config if masks else replace(config, model=replace(config.model, pool="image"))


def _give_back(device: Device) -> None:
    give_back_freed_memory()
    if device.is_gpu:
        torch.cuda.empty_cache()
