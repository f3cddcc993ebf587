import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from livernet.core.train.learner import Average, Learner


def learner(average: bool) -> Learner:
    model = torch.nn.Linear(3, 2)
    optimiser = torch.optim.Adadelta(model.parameters())
    return Learner(model, optimiser, Average(model, 0.9) if average else None)


def step(one: Learner) -> None:
    one.optimiser.zero_grad()
    one.model(torch.ones(1, 3)).square().sum().backward()
    one.optimiser.step()
    if one.average is not None:
        one.average.update(one.model)


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
    names = {key.partition(".")[0] for key in one.tensors()}
    assert names == {"model", "optimiser", "average", "average_steps"}


def test_the_average_is_that_of_torch() -> None:
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    ours = Average(model, 0.9)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    for _ in range(3):
        model(torch.randn(4, 1, 2, 2))  # moves the buffers
        for value in model.parameters():
            value.data.add_(torch.randn_like(value))
        ours.update(model)
        theirs.update_parameters(model)
    expected = theirs.module.state_dict()
    floats = [key for key, value in expected.items() if value.is_floating_point()]
    assert all(torch.equal(ours.module.state_dict()[key], expected[key]) for key in floats)
    assert ours.module[1].num_batches_tracked == 3
    assert not any(value.requires_grad for value in ours.module.buffers())
