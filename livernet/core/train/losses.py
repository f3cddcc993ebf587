"""The paper's four-term loss, equations (4)-(7), from logits, and other forms of its class term.

Shape suffixes: B batch, H rows, W columns, K classes. Mask terms are means over pixels (as Keras takes them),
so that a weight means the same at every resolution; each term averages over the rows that have its label.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from livernet.core.config import LossConfig, StageLoss
from livernet.core.model.livernet import MASKS, Output


class Targets(NamedTuple):
    """What the rows of a batch are compared with."""

    mask_B1HW: Tensor
    """Liver 1, elsewhere 0; ignored where ``has_mask_B`` is false."""
    has_mask_B: Tensor
    """Bool: the row has an expert mask."""
    class_B: Tensor
    """Class index, int64; -1 where the stage is unknown."""


class Labelled(NamedTuple):
    """How many rows of a whole batch have each label, scalar tensors on the device."""

    masks: Tensor
    classes: Tensor


class LossTerms(NamedTuple):
    """The weighted sum and its four unweighted parts, each a scalar tensor."""

    total: Tensor
    fine: Tensor
    middle: Tensor
    coarse: Tensor
    stage: Tensor


def count_labels(targets: Targets) -> Labelled:
    """What the terms of a batch are divided by."""
    return Labelled(targets.has_mask_B.sum(), (targets.class_B >= 0).sum())


def multi_task_loss(
    output: Output, targets: Targets, config: LossConfig, labelled: Labelled | None = None
) -> LossTerms:
    """Weighted sum of equations (4), (5), (6) and the class term, (7) or what stands for it.

    A term without any labelled row, or without an output, is 0. The labels at half and quarter resolution are
    the share of liver under each pixel, at least half of which makes it liver. Where the rows are part of a
    batch, ``labelled`` counts the whole: losses and gradients of the parts then add up to those of the batch.
    """
    labelled = labelled or count_labels(targets)
    masks = [
        mask_loss(logits, _mask_at(logits, targets), targets.has_mask_B, labelled.masks)
        for logits in output.mask_logits
    ]
    stage = class_loss(output.class_logits_BK, targets.class_B, config.stage, labelled.classes)
    masks = masks or [torch.zeros_like(stage)] * MASKS
    weights = (config.fine, config.middle, config.coarse, config.stage_weight)
    terms = (*masks, stage)
    total = sum((weight * term for weight, term in zip(weights, terms, strict=True)), stage.new_zeros(()))
    return LossTerms(total, *terms)


def mask_loss(
    logits_B1HW: Tensor, mask_B1HW: Tensor, has_mask_B: Tensor, rows: Tensor | None = None
) -> Tensor:
    """Pixel-wise binary cross-entropy, equations (4)-(6), averaged over pixels and rows with a mask.

    ``rows`` counts these in the whole batch; by default those given are the whole.
    """
    per_row = F.binary_cross_entropy_with_logits(logits_B1HW.float(), mask_B1HW, reduction="none").mean(
        (1, 2, 3)
    )
    return _mean_of_rows(per_row, has_mask_B, rows)


def class_loss(logits_BK: Tensor, class_B: Tensor, form: StageLoss, rows: Tensor | None = None) -> Tensor:
    """The class term in one of its forms, averaged over rows with a class.

    ``rows`` counts these in the whole batch; by default those given are the whole. Equation (7) is the binary
    cross-entropy summed over the classes, of softmax probabilities or of independent sigmoids; the others are
    the negative log-likelihood of the class, whose logits are ``ordinal`` those of
    :class:`livernet.core.model.ordinal.CumulativeLink`.
    """
    logits_BK = logits_BK.float()
    index_B = class_B.clamp(min=0)
    target_BK = F.one_hot(index_B, logits_BK.shape[1]).to(logits_BK.dtype)
    match form:
        case "equation7":
            log_p = F.log_softmax(logits_BK, dim=1)
            per_row = -(target_BK * log_p + (1 - target_BK) * _log_one_minus_softmax(logits_BK)).sum(1)
        case "equation7-sigmoid":
            per_row = F.binary_cross_entropy_with_logits(logits_BK, target_BK, reduction="none").sum(1)
        case "cross-entropy" | "ordinal":
            per_row = F.cross_entropy(logits_BK, index_B, reduction="none")
    return _mean_of_rows(per_row, class_B >= 0, rows)


def _log_one_minus_softmax(logits_BK: Tensor) -> Tensor:
    """Log-sum-exp of the other logits minus that of all: finite where 1 - P_c would round to 0."""
    classes = logits_BK.shape[1]
    own_KK = torch.eye(classes, dtype=torch.bool, device=logits_BK.device)
    others_BKK = logits_BK.unsqueeze(1).expand(-1, classes, -1).masked_fill(own_KK, -torch.inf)
    return others_BKK.logsumexp(2) - logits_BK.logsumexp(1, keepdim=True)


def _mean_of_rows(value_B: Tensor, counts_B: Tensor, rows: Tensor | None) -> Tensor:
    rows = counts_B.sum() if rows is None else rows
    return torch.where(counts_B, value_B, 0).sum() / rows.clamp(min=1)


def _mask_at(logits_B1HW: Tensor, targets: Targets) -> Tensor:
    mask_B1HW = targets.mask_B1HW.float()
    factor = mask_B1HW.shape[-1] // logits_B1HW.shape[-1]
    return mask_B1HW if factor == 1 else (F.avg_pool2d(mask_B1HW, factor) >= 0.5).float()
