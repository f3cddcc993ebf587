"""Sums over the batches of an epoch, kept on the device until it ends.

Shape suffixes: B batch.
"""

import torch
from torch import Tensor

from livernet.core.model.livernet import Output
from livernet.core.train.losses import Labelled, LossTerms, Targets


@torch.no_grad()
def tally(output: Output, targets: Targets, terms: LossTerms, labelled: Labelled, images: int) -> Tensor:
    """Sums over some rows of a batch, float32 (9,): masks, classes, five losses, Dice, hits.

    The losses are the rows' parts of the batch's means, weighted by what the whole batch has: ``labelled``,
    and its number of ``images``.
    """
    expert = targets.mask_B1HW > 0
    liver = output.mask_logits[0] > 0 if output.mask_logits else torch.zeros_like(expert)
    sizes = liver.sum((1, 2, 3)) + expert.sum((1, 2, 3))
    dice_B = torch.where(sizes > 0, 2 * (liver & expert).sum((1, 2, 3)) / sizes.clamp(min=1), 1.0)
    sums = (
        targets.has_mask_B.sum(),
        (targets.class_B >= 0).sum(),
        terms.total * images,
        *(term * labelled.masks for term in (terms.fine, terms.middle, terms.coarse)),
        terms.stage * labelled.classes,
        (dice_B * targets.has_mask_B).sum(),
        (output.class_logits_BK.argmax(1) == targets.class_B).sum(),
    )
    return torch.stack([value.float() for value in sums])
