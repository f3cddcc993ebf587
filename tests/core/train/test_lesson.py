from collections.abc import Iterator

import torch
from torch import nn

from livernet.core.config import Config
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.device import Device
from livernet.core.model.livernet import Output
from livernet.core.train.batches import Batch
from livernet.core.train.lesson import Lesson
from livernet.core.train.loop import train_model
from livernet.core.train.losses import Targets


class Answer(nn.Module):
    """A network of its own kind: numbers in, classes out, no mask."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x_B3: torch.Tensor) -> Output:
        return Output(mask_logits=(), class_logits_BK=self.layer(x_B3))


def test_a_lesson_takes_the_place_of_pictures(tiny: Config, discs: Tensors, cpu: Device) -> None:
    orders: list[list[int]] = []

    def batches(generator: torch.Generator, full: bool) -> Iterator[Batch]:
        assert not full
        order = torch.randperm(9, generator=generator)
        orders.append(order.tolist())
        for class_B in torch.split(order % 3, 4):
            none = torch.zeros_like(class_B)
            targets = Targets(none.float().view(-1, 1, 1, 1), none.bool(), class_B)
            yield Batch(nn.functional.one_hot(class_B, 3).float() * 4, targets, len(class_B))

    same = Normalisation(mean=0.5, std=2.0)
    trained = train_model(discs, range(9), tiny, cpu, lesson=Lesson(same, 9, Answer, batches))
    assert trained.normalisation == same
    assert isinstance(trained.model, Answer)
    assert len({tuple(order) for order in orders}) == tiny.train.epochs
    last = trained.history[-1]
    assert last.loss < trained.history[0].loss
    assert last.loss == last.loss_class
    assert (last.loss_fine, last.loss_middle, last.loss_coarse, last.dice) == (None, None, None, None)
    assert last.accuracy is not None
