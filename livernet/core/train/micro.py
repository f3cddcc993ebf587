"""How many images go through the network at once: the whole batch, where memory holds it."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.device import Device, autocast, free_memory
from livernet.core.errors import ConfigError
from livernet.core.model.registry import build_model

_USED = 0.8
"""Part of the free memory that may be counted on."""
_FIXED, _PEAK = 256 << 20, 1.2
"""Memory of a step at its highest, beside the weights: bytes, and a factor on what the backward pass keeps.

Measured at 96 to 512 px, widths 8 to 32, batches of 1 to 8, in fp32 and bf16.
"""
_LARGEST_BLOCK = 0.4
"""Part of all activations that the block in work has, where blocks are computed twice."""
_SMALLEST = 32
"""Pixels that VGG needs, which halves its picture five times."""
_WORDS = ("can't allocate memory", "out of memory", "bad_alloc")
"""What allocators say that raise no error of their own kind; the first is the CPU's, the second MPS's."""


def fitting_micro(weights: int, config: Config, device: Device) -> int:
    """The batch, halved until a step fits the free memory of the device; or ``train.micro``.

    ``weights`` is the network's size in bytes.
    """
    most = config.inputs_per_step
    size = min(config.train.micro or most, most)
    free = free_memory(device.torch, device.share)
    head_alone = config.is_baseline and config.vgg.features == "frozen"
    if config.train.micro or free is None or head_alone:
        return size
    room = _USED * free - _FIXED - 4 * weights  # gradients, two averages of Adadelta, one of the weights
    per_image = _PEAK * activation_bytes(config, device)
    while size > 1 and size * per_image > room:
        size = halved(size)
    return size


def halved(size: int) -> int:
    """The next smaller micro-batch, at least 1."""
    return (size + 1) // 2


def activation_bytes(config: Config, device: Device) -> int:
    """Bytes that the network holds of one image, or patch, when the backward pass begins.

    Counted on small pictures, as the difference between two of them and one, and scaled by the pixels.
    """
    side: int = _SMALLEST if config.is_baseline else 2**config.model.depth
    patches = config.is_baseline and config.vgg.input == "patches"
    seen = config.vgg.patch if patches else config.train.size
    one, two = (torch.zeros(n, 1, side, side, device=device.torch) for n in (1, 2))

    def kept(*, checkpoint: bool) -> int:
        model = build_model(replace(config, train=replace(config.train, checkpoint=checkpoint)))
        model = model.to(device.torch).to(memory_format=torch.channels_last)
        return _kept_bytes(model, two, config, device) - _kept_bytes(model, one, config, device)

    per_image: float = kept(checkpoint=config.train.checkpoint)
    if config.train.checkpoint:
        per_image += _LARGEST_BLOCK * kept(checkpoint=False)
    return math.ceil(per_image * (seen / side) ** 2)


def _kept_bytes(model: nn.Module, image_B1HW: Tensor, config: Config, device: Device) -> int:
    kept: list[Tensor] = []  # alive until counted, so that no two have the same address

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor.detach())  # with its history it would keep itself alive
        return kept[-1]

    image_B1HW = image_B1HW.contiguous(memory_format=torch.channels_last)
    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)
    with hooks, autocast(device, config.train.precision):
        model(image_B1HW)
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in kept}
    return sum(storages.values())


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator had no more to give."""
    known = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return known or (isinstance(error, RuntimeError) and any(word in str(error) for word in _WORDS))


@contextmanager
def memory_errors_named(config: Config, device: Device) -> Iterator[None]:
    """Turn an allocator's error into one that says what to do.

    Raises:
        ConfigError: there is not enough memory on the device.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        other = "" if config.train.checkpoint else "--set train.checkpoint=true, "
        raise ConfigError(
            f"{device.name} has not enough memory for one image of {config.train.size} px at width "
            f"{config.model.width}",
            f"use {other}a smaller train.size or model.width, or another --device",
        ) from None
