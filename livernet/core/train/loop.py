"""The training loop: Adadelta over a fixed number of epochs, last weights kept (paper, section II.2).

Shape suffixes: N images of the cohort, B batch, H rows, W columns, K classes.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from livernet.core.config import Config
from livernet.core.data.augment import apply_affine, sample_affine
from livernet.core.data.loader import Normalisation, Tensors, fit_normalisation
from livernet.core.device import Device, autocast
from livernet.core.errors import DataError
from livernet.core.memory import keep_all_freed_memory
from livernet.core.model.livernet import Output
from livernet.core.model.registry import build_model
from livernet.core.stages import Grouping
from livernet.core.train.learner import Learner
from livernet.core.train.losses import LossTerms, Targets, multi_task_loss
from livernet.core.train.seeds import seed_everything

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
    """Equation (7)."""
    dice: float | None
    """Mean Dice of the masks at full resolution."""
    accuracy: float | None
    """Share of images given their class."""

    def to_dict(self) -> dict[str, float | None]:
        """One line of metrics.jsonl."""
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What training leaves behind."""

    model: nn.Module
    """With its last (or averaged) weights, in evaluation mode."""
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
    on_epoch: Callable[[EpochMetrics], None] = lambda _: None,
    state: "StateFile | None" = None,
) -> Trained:
    """Train one network on the images ``rows`` of the cohort.

    Randomness comes from (seed, fold, epoch) alone, so that a run continued from ``state`` ends with the
    bytes of an uninterrupted one on the same device.

    Raises:
        DataError: no row has a label that a weighted term uses, or the loss is no longer finite.
    """
    _check_labels(tensors, rows, config)
    keep_all_freed_memory()
    normalisation = fit_normalisation(tensors, rows)
    with torch.random.fork_rng(devices=[device.torch] if device.is_gpu else []):
        learner = _new_learner(config, device, fold)
        history = [EpochMetrics(**line) for line in state.restore(learner)] if state else []
        for epoch in range(len(history) + 1, config.train.epochs + 1):
            generator = seed_everything(config.train.seed, fold, epoch)
            batches = _batches(tensors, rows, config, normalisation, generator)
            history.append(_run_epoch(learner, batches, config, device, epoch))
            if state:
                state.save(learner, [asdict(line) for line in history])
            on_epoch(history[-1])
    final: nn.Module = learner.model if learner.average is None else learner.average.module
    return Trained(model=final.eval(), normalisation=normalisation, history=tuple(history))


def _new_learner(config: Config, device: Device, fold: int) -> Learner:
    settings = config.train
    seed_everything(settings.seed, fold, 0)
    model = build_model(config.model, len(Grouping.parse(config.grouping)))
    model = model.to(device.torch).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adadelta(model.parameters(), lr=settings.lr, rho=settings.rho, eps=settings.eps)
    average = None
    if settings.average:
        decay = get_ema_multi_avg_fn(settings.average)  # type: ignore[no-untyped-call]
        average = AveragedModel(model, multi_avg_fn=decay, use_buffers=True)
    return Learner(model, optimiser, average)


def _batches(
    tensors: Tensors,
    rows: Sequence[int],
    config: Config,
    normalisation: Normalisation,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, Targets]]:
    """Augmented, standardised images and their targets, every row once, in a new order."""
    order = torch.tensor(list(rows))[torch.randperm(len(rows), generator=generator)]
    for start in range(0, len(order), config.train.batch):
        index_B = order[start : start + config.train.batch].to(tensors.class_N.device)
        draw = sample_affine(len(index_B), config.augment, generator)
        image, mask = apply_affine(tensors.images_N1HW[index_B], tensors.masks_N1HW[index_B], draw)
        targets = Targets(mask, tensors.has_mask_N[index_B], tensors.class_N[index_B])
        yield normalisation.apply(image).contiguous(memory_format=torch.channels_last), targets


def _run_epoch(
    learner: Learner, batches: Iterable[tuple[Tensor, Targets]], config: Config, device: Device, epoch: int
) -> EpochMetrics:
    started = time.perf_counter()
    learner.model.train()
    sums: list[Tensor] = []
    for image_B1HW, targets in batches:
        with autocast(device, config.train.precision):
            output = learner.model(image_B1HW)
        terms = multi_task_loss(output, targets, config.loss)
        learner.optimiser.zero_grad(set_to_none=True)
        terms.total.backward()  # type: ignore[no-untyped-call]
        learner.optimiser.step()
        if learner.average is not None:
            learner.average.update_parameters(learner.model)
        sums.append(_tally(output, targets, terms))
    return _epoch_metrics(torch.stack(sums).sum(0).tolist(), epoch, time.perf_counter() - started)


@torch.no_grad()
def _tally(output: Output, targets: Targets, terms: LossTerms) -> Tensor:
    """Sums over the batch, on the device: rows, masks, classes, five losses, Dice, hits."""
    liver = output.mask_logits[0] > 0
    expert = targets.mask_B1HW > 0
    sizes = liver.sum((1, 2, 3)) + expert.sum((1, 2, 3))
    dice_B = torch.where(sizes > 0, 2 * (liver & expert).sum((1, 2, 3)) / sizes.clamp(min=1), 1.0)
    known_B = targets.class_B >= 0
    rows, masks, classes = (
        targets.has_mask_B.new_ones(len(known_B)).sum(),
        targets.has_mask_B.sum(),
        known_B.sum(),
    )
    hits = (output.class_logits_BK.argmax(1) == targets.class_B).sum()
    losses = (
        terms.total * rows,
        *(term * masks for term in (terms.fine, terms.middle, terms.coarse)),
        terms.stage * classes,
    )
    return torch.stack(
        [t.float() for t in (rows, masks, classes, *losses, (dice_B * targets.has_mask_B).sum(), hits)]
    )


def _epoch_metrics(sums: Sequence[float], epoch: int, seconds: float) -> EpochMetrics:
    rows, masks, classes, total, fine, middle, coarse, stage, dice, hits = sums
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
        loss=total / rows,
        loss_fine=mean(fine, masks),
        loss_middle=mean(middle, masks),
        loss_coarse=mean(coarse, masks),
        loss_class=mean(stage, classes),
        dice=mean(dice, masks),
        accuracy=mean(hits, classes),
    )


def _check_labels(tensors: Tensors, rows: Sequence[int], config: Config) -> None:
    index = torch.tensor(list(rows), dtype=torch.int64, device=tensors.class_N.device)
    masks = (
        bool(tensors.has_mask_N[index].any())
        and config.loss.fine + config.loss.middle + config.loss.coarse > 0
    )
    classes = bool((tensors.class_N[index] >= 0).any()) and config.loss.stage > 0
    if not (masks or classes):
        raise DataError(
            f"none of the {len(rows)} training images has a label that the loss uses",
            "give stages in labels.csv or masks in masks/, and run 'livernet preprocess' again",
        )
