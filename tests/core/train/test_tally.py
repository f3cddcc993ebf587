import pytest
import torch

from livernet.core.config import LossConfig
from livernet.core.model.livernet import Output
from livernet.core.train.losses import Targets, count_labels, multi_task_loss
from livernet.core.train.tally import tally


def outputs(rows: int) -> Output:
    generator = torch.Generator().manual_seed(0)
    masks = tuple(torch.randn(rows, 1, side, side, generator=generator) for side in (8, 4, 2))
    return Output(masks, torch.randn(rows, 3, generator=generator))


def part(output: Output, rows: slice) -> Output:
    return Output(tuple(mask[rows] for mask in output.mask_logits), output.class_logits_BK[rows])


def test_parts_of_a_batch_add_up_to_it() -> None:
    output = outputs(6)
    has_mask = torch.tensor([True, False, True, True, False, False])
    targets = Targets((torch.rand(6, 1, 8, 8) > 0.5).float(), has_mask, torch.tensor([0, 1, -1, 2, -1, -1]))
    labelled = count_labels(targets)
    assert (labelled.masks, labelled.classes) == (3, 3)
    whole = tally(output, targets, multi_task_loss(output, targets, LossConfig()), labelled, 5)
    parts = []
    for rows in (slice(0, 4), slice(4, 6)):
        some = Targets(*(value[rows] for value in targets))
        terms = multi_task_loss(part(output, rows), some, LossConfig(), labelled)
        parts.append(tally(part(output, rows), some, terms, labelled, 5))
    assert torch.allclose(torch.stack(parts).sum(0), whole)
    assert whole[:2].tolist() == [3, 3]


def test_dice_and_hits_by_hand() -> None:
    mask = torch.zeros(2, 1, 8, 8)
    mask[0, :, :4] = 1
    output = Output((torch.full((2, 1, 8, 8), 1.0), *outputs(2).mask_logits[1:]), torch.eye(3)[:2])
    targets = Targets(mask, torch.tensor([True, False]), torch.tensor([0, 2]))
    terms = multi_task_loss(output, targets, LossConfig())
    sums = tally(output, targets, terms, count_labels(targets), 2)
    assert sums[-2].item() == pytest.approx(2 / 3)  # half the picture, taken for all of it
    assert sums[-1].item() == 1
    assert sums[2].item() == pytest.approx(2 * terms.total.item())
