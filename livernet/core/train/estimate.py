"""How fast this machine is, and how long a preset would take on it, from timed steps of its network."""

import math
import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import Config
from livernet.core.device import Device, autocast, number_format
from livernet.core.memory import keep_all_freed_memory
from livernet.core.model.registry import build_model
from livernet.core.processes import ALONE, Crew
from livernet.core.train.estimate_vgg import baseline_seconds
from livernet.core.train.losses import Targets, multi_task_loss

_SIDE = 128
_BATCH = 2
_ROUNDS = 8
_CONVOLUTIONS = ((64, 256), (128, 128), (256, 64))
"""Channels and side of those whose best is the machine's peak."""


def estimate_seconds(
    config: Config, images: int, trainings: int, device: Device, crew: Crew = ALONE
) -> float:
    """Seconds for ``trainings`` trainings on ``images`` images each by a crew, good to about a third."""
    if config.is_baseline:
        return baseline_seconds(config, images, trainings, device, crew)
    each = images * config.train.epochs / images_per_second(config, device, crew.threads)
    return each * math.ceil(trainings / crew.workers)


def images_per_second(config: Config, device: Device, threads: int = 0) -> float:
    """Training images a second of one process, with ``threads`` threads or as many as torch uses.

    Steps are timed at a small size, the fastest of three is kept, and scaled by the number of pixels.
    """
    keep_all_freed_memory()
    side = min(config.train.size, _SIDE)
    batch = config.train.batch if side == config.train.size else _BATCH
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    seconds = min(_timed_steps(config, side, batch, device))
    torch.set_num_threads(before)
    return batch / seconds / (config.train.size / side) ** 2


@torch.inference_mode()
def convolution_gflops(device: Device, precision: str) -> float:
    """Most 10^9 operations a second of 3x3 convolutions in the network's layout and number format."""
    return max(_gflops(channels, side, device, precision) for channels, side in _CONVOLUTIONS)


def _gflops(channels: int, side: int, device: Device, precision: str) -> float:
    image = torch.randn(2, channels, side, side).to(device.torch, number_format(device, precision))
    image = image.contiguous(memory_format=torch.channels_last)
    weight = torch.randn(channels, channels, 3, 3).to(image).contiguous(memory_format=torch.channels_last)
    seconds: list[float] = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        F.conv2d(image, weight, padding=1)[0, 0, 0, 0].item()  # waits for the device
        seconds.append(time.perf_counter() - started)
    return 2 * 2 * channels**2 * 9 * side**2 / min(seconds) / 1e9


def _timed_steps(config: Config, side: int, batch: int, device: Device) -> list[float]:
    with torch.random.fork_rng(devices=[device.torch] if device.is_gpu else []):
        model = build_model(config).to(device.torch).to(memory_format=torch.channels_last)
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
