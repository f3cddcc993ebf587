import torch
from torch.optim.swa_utils import AveragedModel

from livernet.core.train.learner import Learner


def learner(average: bool) -> Learner:
    model = torch.nn.Linear(3, 2)
    optimiser = torch.optim.Adadelta(model.parameters())
    return Learner(model, optimiser, AveragedModel(model) if average else None)


def step(one: Learner) -> None:
    one.optimiser.zero_grad()
    one.model(torch.ones(1, 3)).square().sum().backward()
    one.optimiser.step()
    if one.average is not None:
        one.average.update_parameters(one.model)


def test_state_moves_to_another_learner() -> None:
    for average in (False, True):
        first, second = learner(average), learner(average)
        step(first)
        second.load(first.tensors())
        step(first)
        step(second)
        for key, value in first.tensors().items():
            assert torch.equal(value, second.tensors()[key]), key


def test_names() -> None:
    one = learner(True)
    step(one)
    assert {key.partition(".")[0] for key in one.tensors()} == {"model", "optimiser", "average"}
