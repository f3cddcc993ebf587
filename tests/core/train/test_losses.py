"""Equations (4)-(7), and what may stand for the last, against values worked out by hand."""

import math
from typing import get_args

import pytest
import torch

from livernet.core.config import LossConfig, StageLoss
from livernet.core.model.livernet import Output
from livernet.core.train.losses import Targets, class_loss, mask_loss, multi_task_loss

YES = torch.tensor([True])


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_mask_term_by_hand() -> None:
    probabilities, labels = [0.9, 0.2, 0.6, 0.5], [1.0, 0.0, 0.0, 1.0]
    logits = torch.tensor([logit(p) for p in probabilities]).view(1, 1, 2, 2)
    expected = -(math.log(0.9) + math.log(0.8) + math.log(0.4) + math.log(0.5)) / 4
    assert mask_loss(logits, torch.tensor(labels).view(1, 1, 2, 2), YES).item() == pytest.approx(
        expected, rel=1e-5
    )


def test_mask_term_is_the_mean_over_rows_with_a_mask() -> None:
    logits, mask = torch.zeros(3, 1, 2, 2), torch.ones(3, 1, 2, 2)
    logits[2] = 100.0
    assert mask_loss(logits, mask, torch.tensor([True, False, True])).item() == pytest.approx(math.log(2) / 2)
    assert mask_loss(logits, mask, torch.zeros(3, dtype=torch.bool)).item() == 0.0


def test_class_term_with_softmax_by_hand() -> None:
    p = [0.7, 0.2, 0.1]
    logits = torch.tensor([[math.log(value) for value in p]])
    expected = -(math.log(0.7) + math.log(0.8) + math.log(0.9))
    assert class_loss(logits, torch.tensor([0]), "equation7").item() == pytest.approx(expected, rel=1e-5)


def test_class_term_with_sigmoid_by_hand() -> None:
    logits = torch.tensor([[logit(0.7), logit(0.4), logit(0.1)]])
    expected = -(math.log(0.3) + math.log(0.4) + math.log(0.9))
    assert class_loss(logits, torch.tensor([1]), "equation7-sigmoid").item() == pytest.approx(
        expected, rel=1e-5
    )


@pytest.mark.parametrize("form", ["cross-entropy", "ordinal"])
def test_class_term_as_a_likelihood_by_hand(form: StageLoss) -> None:
    logits = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]]).log()
    expected = -(math.log(0.2) + math.log(0.3)) / 2
    assert class_loss(logits, torch.tensor([1, 2]), form).item() == pytest.approx(expected, rel=1e-5)
    shifted = logits + 5  # they need not be normalised
    assert class_loss(shifted, torch.tensor([1, 2]), form).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("form", get_args(StageLoss))
def test_class_term_leaves_out_rows_without_a_stage(form: StageLoss) -> None:
    logits = torch.tensor([[3.0, 0.0, 0.0], [0.0, 0.0, 9.0]])
    alone = class_loss(logits[:1], torch.tensor([0]), form)
    assert torch.equal(class_loss(logits, torch.tensor([0, -1]), form), alone)
    assert class_loss(logits, torch.tensor([-1, -1]), form).item() == 0.0


@pytest.mark.parametrize("form", get_args(StageLoss))
@pytest.mark.parametrize("size", [1e3, 1e4])
def test_class_term_stays_finite(form: StageLoss, size: float) -> None:
    logits = torch.tensor([[size, -size, 0.0], [-size, size, 0.0]], requires_grad=True)
    loss = class_loss(logits, torch.tensor([0, 0]), form)
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert loss.item() > size / 4


def test_mask_term_stays_finite() -> None:
    logits = torch.tensor([1e4, -1e4]).view(1, 1, 1, 2).requires_grad_()
    loss = mask_loss(logits, torch.tensor([0.0, 1.0]).view(1, 1, 1, 2), YES)
    loss.backward()
    assert loss.item() == pytest.approx(1e4)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_weighted_sum_and_labels_of_the_coarser_masks() -> None:
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1.0  # the left half
    mask[..., 0, 2] = 1.0  # one pixel of four: too little to count at half resolution
    output = Output(
        mask_logits=(torch.zeros(1, 1, 4, 4), torch.tensor([[[[9.0, -9.0]] * 2]]), torch.tensor([[[[2.0]]]])),
        class_logits_BK=torch.zeros(1, 3),
    )
    config = LossConfig(fine=1.0, middle=2.0, coarse=3.0, stage_weight=0.5)
    terms = multi_task_loss(output, Targets(mask, YES, torch.tensor([1])), config)
    assert terms.fine.item() == pytest.approx(math.log(2))
    assert terms.middle.item() == pytest.approx(math.log1p(math.exp(-9)), rel=1e-2)
    assert terms.coarse.item() == pytest.approx(math.log1p(math.exp(-2)), rel=1e-5)  # 9 of 16 pixels: liver
    assert terms.stage.item() == pytest.approx(-(math.log(1 / 3) + 2 * math.log(2 / 3)), rel=1e-5)
    expected = terms.fine + 2 * terms.middle + 3 * terms.coarse + 0.5 * terms.stage
    assert terms.total.item() == pytest.approx(expected.item())


def test_a_network_without_masks_has_the_class_term_alone() -> None:
    targets = Targets(torch.zeros(2, 1, 1, 1), torch.zeros(2, dtype=torch.bool), torch.tensor([0, 2]))
    logits = torch.tensor([[1.0, 0.0, -1.0], [0.5, 0.2, 0.1]])
    terms = multi_task_loss(
        Output(mask_logits=(), class_logits_BK=logits), targets, LossConfig(stage_weight=2.0)
    )
    assert [term.item() for term in (terms.fine, terms.middle, terms.coarse)] == [0.0, 0.0, 0.0]
    assert terms.stage.item() == pytest.approx(class_loss(logits, targets.class_B, "equation7").item())
    assert terms.total.item() == pytest.approx(2 * terms.stage.item())
