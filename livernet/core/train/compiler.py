"""torch.compile: whether it pays back within one training, and how the network is given to it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.device import Device
from livernet.core.model.livernet import Output

_SAVED = 0.8e-3
"""Seconds saved for each training image of 512 px at width 32, by its memory traffic on an H200."""
_COST = 20.0
"""Seconds of compiling that a training must save; later folds in the same process find the result."""


def pays_back(config: Config, images: int, device: Device) -> bool:
    """Whether to compile a training on ``images`` images; it does not pay on the CPU, nor for a baseline."""
    if config.is_baseline:
        return False
    if config.train.compile != "auto":
        return config.train.compile == "on"
    work = (config.train.size / 512) ** 2 * config.model.width / 32
    return device.is_gpu and images * config.train.epochs * work * _SAVED >= _COST


def compile_network(model: nn.Module, *, whole: bool) -> Callable[[Tensor], Output]:
    """``model`` fused; where ``whole`` batches go through it at once, replayed from CUDA graphs as well.

    A graph's gradients stay in its own memory until the next step, which parts of a batch would overwrite.
    """
    run = torch.compile(model, dynamic=False, mode="reduce-overhead" if whole else None)

    def forward(image_B1HW: Tensor) -> Output:
        torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        output: Output = run(image_B1HW)
        return output

    return forward
