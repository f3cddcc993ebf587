"""What changes while training: weights, optimiser and the moving average of the weights."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


class Learner(NamedTuple):
    """A network under training."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    average: AveragedModel | None
    """Moving average of the weights; ``None`` where it is off."""

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor that decides the next step, by name."""
        named = {f"model.{key}": value for key, value in self.model.state_dict().items()}
        for index, slots in self.optimiser.state_dict()["state"].items():
            named |= {f"optimiser.{index}.{key}": torch.as_tensor(value) for key, value in slots.items()}
        if self.average is not None:
            named |= {f"average.{key}": value for key, value in self.average.state_dict().items()}
        return {
            key: value.detach().cpu().clone(memory_format=torch.contiguous_format)
            for key, value in named.items()
        }

    def load(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of :meth:`tensors`."""
        self.model.load_state_dict(_below("model.", tensors))
        if self.average is not None:
            self.average.load_state_dict(_below("average.", tensors))
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _below("optimiser.", tensors).items():
            index, _, slot = key.partition(".")
            slots.setdefault(int(index), {})[slot] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": slots, "param_groups": groups})


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
