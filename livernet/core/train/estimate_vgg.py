"""How long a baseline would take here, from timed passes of a few patches."""

import math
import time
from collections.abc import Callable

import torch

from livernet.core.config import Config
from livernet.core.device import Device, autocast
from livernet.core.memory import keep_all_freed_memory
from livernet.core.model.registry import build_head
from livernet.core.model.vgg import FEATURES, Vgg, VggFeatures, VggHead
from livernet.core.processes import ALONE, Crew

_SIDE = 96
_PATCHES = 4
_ROUNDS = 3


def baseline_seconds(
    config: Config, images: int, trainings: int, device: Device, crew: Crew = ALONE
) -> float:
    """Seconds for ``trainings`` trainings of a baseline on ``images`` images each, good to about a third.

    Frozen features are computed twice, for training and for test patches, whatever the number of trainings.
    """
    keep_all_freed_memory()
    vgg, settings = config.vgg, config.train
    side, patches = (settings.size, 1) if vgg.input == "whole" else (vgg.patch, vgg.patches)
    steps = settings.epochs * math.ceil(images / settings.batch) * math.ceil(trainings / crew.workers)
    before = torch.get_num_threads()
    torch.set_num_threads(crew.threads or before)
    with torch.random.fork_rng(devices=[device.torch] if device.is_gpu else []):
        model = Vgg(VggFeatures(config.model.name), build_head(config))
        model = model.to(device.torch).to(memory_format=torch.channels_last)
        small = torch.rand(_PATCHES, 1, min(side, _SIDE), min(side, _SIDE), device=device.torch)
        scale = (side / small.shape[-1]) ** 2 / _PATCHES
        if vgg.features == "tuned":
            look, step = 0.0, scale * _fastest(lambda: _step(model, small, config, device))
            step *= settings.batch * patches
        else:
            features = torch.rand(settings.batch * patches, FEATURES, device=device.torch)
            step = _fastest(lambda: _step(model.head, features, config, device))
            look = scale * _fastest(lambda: _look(model, small, config, device)) / crew.workers
    torch.set_num_threads(before)
    everyone = images * trainings / max(trainings - 1, 1)
    return 2 * everyone * patches * look + steps * step


def _step(model: Vgg | VggHead, inputs: torch.Tensor, config: Config, device: Device) -> None:
    with autocast(device, config.train.precision):
        total = model(inputs).class_logits_BK.float().square().mean()
    total.backward()
    total.item()  # waits for the device


@torch.inference_mode()
def _look(model: Vgg, patches: torch.Tensor, config: Config, device: Device) -> None:
    with autocast(device, config.train.precision):
        model.features(patches).sum().item()


def _fastest(work: Callable[[], None]) -> float:
    seconds: list[float] = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
