"""One epoch's batches: order and augmentation drawn at once, made on the device one at a time.

Shape suffixes: N training images, B batch, H rows, W columns.
"""

import operator
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from livernet.core.config import Config
from livernet.core.data.augment import apply_changes, sample_changes
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.device import move
from livernet.core.train.losses import Targets


class Batch(NamedTuple):
    """Augmented, standardised images and what they are compared with."""

    image_B1HW: Tensor
    targets: Targets
    images: int
    """How many rows are images; those after them have no label and only fill the batch."""


def draw_batches(
    tensors: Tensors,
    rows: Sequence[int],
    config: Config,
    normalisation: Normalisation,
    device: torch.device,
    generator: torch.Generator,
    *,
    full: bool = False,
) -> Iterator[Batch]:
    """Every row once, in a new order; with ``full``, the last batch is filled to the size of the others.

    All that is random is drawn, and sent to the device, before the first batch is made.
    """
    count, size = len(rows), config.train.batch
    order_N = torch.tensor(list(rows))[torch.randperm(count, generator=generator)]
    changes = sample_changes(count, config.augment, generator)
    place_N = torch.arange(-(-count // size) * size if full else count) % count
    order_N = move(order_N[place_N], tensors.home)
    changes = changes.each(lambda value_N: move(value_N[place_N], device))
    for start in range(0, len(order_N), size):
        part = slice(start, start + size)
        picked = tensors.rows(order_N[part], device)
        image, mask = apply_changes(
            picked.image_B1HW, picked.mask_B1HW, changes.each(operator.itemgetter(part))
        )
        images = min(size, count - start)
        targets = _without_labels(Targets(mask, picked.has_mask_B, picked.class_B), images)
        image = normalisation.apply(image).contiguous(memory_format=torch.channels_last)
        yield Batch(image, targets, images)


def _without_labels(targets: Targets, after: int) -> Targets:
    """Take the labels from the rows ``after`` the images; they are fresh tensors, changed in place."""
    targets.has_mask_B[after:] = False
    targets.class_B[after:] = -1
    return targets
