"""What a baseline learns from: patches of the pictures, as they are or as features computed beforehand.

A step takes ``train.batch`` pictures with all their patches; the class of a picture is that of its patches.
Shape suffixes: N images of the cohort, B pictures of a batch, P patches of a picture, F features,
S side of a patch.
"""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.data.augment import apply_changes, sample_changes
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.data.patches import place_windows
from livernet.core.device import move
from livernet.core.errors import DataError
from livernet.core.model.registry import build_head
from livernet.core.model.vgg import Vgg, VggFeatures
from livernet.core.train.batches import Batch
from livernet.core.train.lesson import Lesson
from livernet.core.train.losses import Targets

AS_THEY_ARE = Normalisation(mean=0.0, std=1.0)
"""Grey levels from 0 to 1: the network standardises them itself, as ImageNet's."""

Weights = Mapping[str, Tensor]


def frozen_lesson(
    feature_NPF: Tensor, tensors: Tensors, rows: Sequence[int], config: Config, device: torch.device
) -> Lesson:
    """The head alone, on features of the fixed patches of each picture.

    Raises:
        DataError: no row has a stage.
    """
    staged = _with_stage(tensors, rows, config)
    seen_RPF = feature_NPF[torch.tensor(staged)]
    there_RPF, class_R = seen_RPF.to(device), tensors.class_N[staged].to(device)
    count = seen_RPF.shape[1]

    def network() -> nn.Module:
        head = build_head(config)
        head.fit_scale(seen_RPF.flatten(0, 1))
        return head

    def batches(generator: torch.Generator, _: bool) -> Iterator[Batch]:
        for place_B in _shuffled(len(staged), config.train.batch, generator):
            index_B = move(place_B, device)
            yield _batch(there_RPF[index_B].flatten(0, 1), class_R[index_B])

    return Lesson(AS_THEY_ARE, len(staged) * count, network, batches)


def tuned_lesson(
    weights: Weights, tensors: Tensors, rows: Sequence[int], config: Config, device: torch.device
) -> Lesson:
    """Features and head, on patches drawn anew in every epoch from augmented pictures.

    Raises:
        DataError: no row has a stage.
    """
    staged = _with_stage(tensors, rows, config)

    def network() -> nn.Module:
        return Vgg(VggFeatures.of(config.model.name, weights), build_head(config))

    def batches(generator: torch.Generator, _: bool) -> Iterator[Batch]:
        for place_B in _shuffled(len(staged), config.train.batch, generator):
            index_B = torch.tensor(staged)[place_B].to(tensors.home)
            patches = _cut_augmented(tensors, index_B, config, device, generator)
            class_B = tensors.class_N[index_B].to(device)
            yield _batch(patches.contiguous(memory_format=torch.channels_last), class_B)

    count = 1 if config.vgg.input == "whole" else config.vgg.patches
    return Lesson(AS_THEY_ARE, len(staged) * count, network, batches)


def _with_stage(tensors: Tensors, rows: Sequence[int], config: Config) -> list[int]:
    staged = [row for row in rows if tensors.class_N[row] >= 0]
    if not staged:
        raise DataError(
            f"none of the {len(rows)} training images has a stage, which {config.model.name} learns from",
            "give stages in labels.csv and run 'livernet preprocess' again, or leave that --model away",
        )
    return staged


def _shuffled(count: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    yield from torch.split(torch.randperm(count, generator=generator), batch)


def _batch(input_B: Tensor, class_B: Tensor) -> Batch:
    """Patches, or their features, of some pictures; each has the class of its picture, and no mask."""
    class_BP = class_B.repeat_interleave(len(input_B) // len(class_B))
    nothing = torch.zeros_like(class_BP)
    targets = Targets(nothing.float().view(-1, 1, 1, 1), nothing.bool(), class_BP)
    return Batch(input_B, targets, len(input_B))


def _cut_augmented(
    tensors: Tensors, index_B: Tensor, config: Config, device: torch.device, generator: torch.Generator
) -> Tensor:
    """Patches (B*P, 1, S, S), float in 0..1, from inside the liver that was moved with its picture."""
    picked = tensors.rows(index_B, device)
    changes = sample_changes(len(index_B), config.augment, generator)
    changes = changes.each(lambda value_B: move(value_B, device))
    image_B1HW, mask_B1HW = apply_changes(picked.image_B1HW, picked.mask_B1HW, changes)
    level_B1HW = (image_B1HW * 255).round().to(torch.uint8).cpu()
    windows = [
        place_windows(level_HW.numpy(), mask_HW.numpy(), config, generator)
        for level_HW, mask_HW in zip(level_B1HW[:, 0], mask_B1HW[:, 0].bool().cpu(), strict=True)
    ]
    return torch.cat([one.cut(image) for one, image in zip(windows, image_B1HW, strict=True)])
