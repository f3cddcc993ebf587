"""How long a preset would take on this machine, from one timed step of its network."""

import math
import time

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.device import Device, autocast
from livernet.core.memory import keep_all_freed_memory
from livernet.core.model.registry import build_model
from livernet.core.processes import ALONE, Crew
from livernet.core.stages import Grouping
from livernet.core.train.losses import Targets, multi_task_loss

_SIDE = 128
_BATCH = 2


def estimate_seconds(
    config: Config, images: int, trainings: int, device: Device, crew: Crew = ALONE
) -> float:
    """Seconds for ``trainings`` trainings on ``images`` images each by a crew, good to about a third.

    One forward and backward pass is timed at a small size, and scaled by the number of pixels.
    """
    keep_all_freed_memory()
    side = min(config.train.size, _SIDE)
    batch = config.train.batch if side == config.train.size else _BATCH
    threads = torch.get_num_threads()
    torch.set_num_threads(crew.threads or threads)
    seconds = min(_timed_steps(config, side, batch, device))
    torch.set_num_threads(threads)
    per_image = seconds / batch * (config.train.size / side) ** 2
    return per_image * images * config.train.epochs * math.ceil(trainings / crew.workers)


def _timed_steps(config: Config, side: int, batch: int, device: Device) -> list[float]:
    with torch.random.fork_rng(devices=[device.torch] if device.is_gpu else []):
        classes = len(Grouping.parse(config.grouping))
        model = build_model(config.model, classes).to(device.torch).to(memory_format=torch.channels_last)
        image = torch.randn(batch, 1, side, side, device=device.torch)
        return [_timed_step(model, image, config, device) for _ in range(3)]


def _timed_step(model: nn.Module, image_B1HW: Tensor, config: Config, device: Device) -> float:
    yes = torch.ones(len(image_B1HW), dtype=torch.bool, device=image_B1HW.device)
    targets = Targets((image_B1HW > 0).float(), yes, yes.long() - 1)
    started = time.perf_counter()
    with autocast(device, config.train.precision):
        output = model(image_B1HW.contiguous(memory_format=torch.channels_last))
    total = multi_task_loss(output, targets, config.loss).total
    total.backward()  # type: ignore[no-untyped-call]
    total.item()  # waits for the device
    return time.perf_counter() - started


def human_time(seconds: float) -> str:
    """A duration as a person says it: ``40 s``, ``12 min``, ``3.5 h``, ``4 days``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.0f} days"
