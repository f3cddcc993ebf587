"""What changes while training: weights, optimiser and the moving average of the weights."""

import copy
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

_STEPS = "average_steps"


class Average:
    """Exponential moving average of a network's weights and buffers, from its first step on.

    torch's own AveragedModel counts steps in a tensor, and so makes the host wait for a GPU in every one.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(model)
        self.steps = 0
        self._follow = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move towards the weights of ``model``; the first time, take them."""
        own, their = _values(self.module), _values(model)
        smooth = [self.steps > 0 and value.is_floating_point() for value in own]
        pairs = list(zip(own, their, smooth, strict=True))
        if any(smooth):
            self._follow([a for a, _, yes in pairs if yes], [b for _, b, yes in pairs if yes], None)
        for value, new in ((a, b) for a, b, yes in pairs if not yes):
            value.copy_(new)
        self.steps += 1


class Learner(NamedTuple):
    """A network under training."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    average: Average | None
    """Moving average of the weights; ``None`` where it is off."""

    @property
    def result(self) -> nn.Module:
        """The network that a training is for: with averaged weights, where there are some."""
        return self.model if self.average is None else self.average.module

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor that decides the next step, by name."""
        named = {f"model.{key}": value for key, value in self.model.state_dict().items()}
        for index, slots in self.optimiser.state_dict()["state"].items():
            named |= {f"optimiser.{index}.{key}": torch.as_tensor(value) for key, value in slots.items()}
        if self.average is not None:
            named |= {f"average.{key}": value for key, value in self.average.module.state_dict().items()}
            named[_STEPS] = torch.tensor(self.average.steps)
        return {
            key: value.detach().cpu().clone(memory_format=torch.contiguous_format)
            for key, value in named.items()
        }

    def load(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of :meth:`tensors`."""
        self.model.load_state_dict(_below("model.", tensors))
        if self.average is not None:
            self.average.module.load_state_dict(_below("average.", tensors))
            self.average.steps = int(tensors[_STEPS])
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _below("optimiser.", tensors).items():
            index, _, slot = key.partition(".")
            slots.setdefault(int(index), {})[slot] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": slots, "param_groups": groups})


def _values(model: nn.Module) -> list[Tensor]:
    values: Iterable[Tensor] = (*model.parameters(), *model.buffers())
    return list(values)


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
