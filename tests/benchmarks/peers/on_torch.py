"""What the workers on PyTorch share: their tasks, the counting of FLOPs and memory.

Shape suffixes: B batch, H rows, W columns.
"""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from tests.benchmarks.peers.line import Line, Settings

Loss = Callable[[Any, Tensor, Tensor], Tensor]
"""Of a network's outputs, masks (B, 1, H, W) and classes (B)."""
Batch = tuple[Tensor, Tensor, Tensor]
"""Standardised images (B, 1, H, W), masks alike and classes (B)."""


def open_line() -> Line:
    """A line that waits for the device and knows its memory."""
    line = Line()
    if line.settings.device.startswith("cuda"):
        line.synchronise = torch.cuda.synchronize
        line.memory = lambda: torch.cuda.max_memory_allocated() / 2**20
    return line


def serve(line: Line, model: nn.Module, optimiser: torch.optim.Optimizer, loss_of: Loss) -> None:
    """Any task with ``model``: as written, or with bf16 and channels_last where the settings say tuned."""
    settings = line.settings
    if settings.tuned:
        model.to(memory_format=torch.channels_last)
    facts = {**facts_of(model), **gflop(model, loss_of, settings)}
    if settings.task == "infer":
        image_B1HW = _ordered(fixed_batch(settings)[0], settings)
        line.ready(**facts)
        line.serve(lambda: answer(model, image_B1HW, settings))
    elif settings.task == "step":
        batch = fixed_batch(settings)
        line.ready(**facts)
        line.serve(lambda: train(model, optimiser, loss_of, [batch], settings))
    else:
        from tests.benchmarks.peers.augmented import make_loader

        loader = make_loader(settings)
        line.ready(**facts)
        line.serve(lambda: train(model, optimiser, loss_of, loader, settings))


def train(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    loss_of: Loss,
    batches: Iterable[Batch],
    settings: Settings,
) -> None:
    """Training steps, as every tutorial has them."""
    model.train()
    for batch in batches:
        image, mask, class_B = (tensor.to(settings.device) for tensor in batch)
        optimiser.zero_grad()
        with _autocast(settings):
            outputs = model(_ordered(image, settings))
        loss_of(outputs, mask, class_B).backward()
        optimiser.step()


def answer(model: nn.Module, image_B1HW: Tensor, settings: Settings) -> Any:
    """What ``model`` says of some images."""
    with torch.inference_mode(), _autocast(settings):
        return model.eval()(image_B1HW)


def fixed_batch(settings: Settings) -> Batch:
    """The same standardised images, masks and classes for everyone."""
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(settings.batch, 1, settings.size, settings.size, generator=generator)
    mask, class_B = (image > 0).float(), torch.arange(settings.batch) % 3
    return image.to(settings.device), mask.to(settings.device), class_B.to(settings.device)


def facts_of(model: nn.Module) -> dict[str, object]:
    """Its size, and whose PyTorch."""
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "versions": {"torch": torch.__version__},
    }


def gflop(model: nn.Module, loss_of: Loss, settings: Settings) -> dict[str, float]:
    """GFLOP of one image, forward and in a training step, counted on tensors without memory."""
    image, mask, class_B = (tensor.to("meta") for tensor in fixed_batch(settings))
    bare = copy.deepcopy(model).to("meta").train()
    with FlopCounterMode(display=False) as forward:
        outputs = bare(image)
    with FlopCounterMode(display=False) as backward:
        loss_of(outputs, mask, class_B).backward()
    ahead, back = (flops.get_total_flops() / settings.batch / 1e9 for flops in (forward, backward))
    return {"gflop_forward": round(ahead, 2), "gflop_training": round(ahead + back, 2)}


def _ordered(image_B1HW: Tensor, settings: Settings) -> Tensor:
    return image_B1HW.contiguous(memory_format=torch.channels_last) if settings.tuned else image_B1HW


def _autocast(settings: Settings) -> torch.autocast:
    return torch.autocast(torch.device(settings.device).type, torch.bfloat16, enabled=settings.tuned)
