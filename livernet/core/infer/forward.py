"""One network over many pictures: class probabilities and liver probability maps, batch by batch.

Shape suffixes: N pictures, B batch, H rows, W columns, S side of a prepared picture, K classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import Config, StageLoss
from livernet.core.data.loader import Normalisation
from livernet.core.device import Device, autocast
from livernet.core.memory import keep_all_freed_memory


class Learnt(NamedTuple):
    """Which outputs of a network were trained; the others are noise and must not be shown."""

    stages: bool
    """Class probabilities: training images had stages, and their term a weight."""
    mask: bool
    """Liver mask: training images had masks, and the term at full resolution a weight."""


_EVERYTHING = Learnt(stages=True, mask=True)


def what_was_learnt(config: Config, last_epoch: Mapping[str, object]) -> Learnt:
    """From the settings and a line of metrics.jsonl, where the loss of a label that never occurs is null."""
    return Learnt(
        stages=config.loss.stage_weight > 0 and last_epoch.get("loss_class", 0) is not None,
        mask=config.loss.fine > 0 and last_epoch.get("loss_fine", 0) is not None,
    )


@dataclass(frozen=True, kw_only=True)
class Network:
    """A trained network with what its input needs."""

    model: nn.Module
    """In evaluation mode, on the device."""
    config: Config
    """Settings of its training: picture size, batch, number format, form of the class term."""
    normalisation: Normalisation
    """Fitted on its training pictures."""
    learnt: Learnt = _EVERYTHING
    """Which of its outputs were trained."""


class Inferred(NamedTuple):
    """What a network says of N pictures."""

    probability_NK: NDArray[np.float64]
    """Class probabilities; every row sums to 1."""
    liver_NHW: NDArray[np.float32]
    """Liver probability of every pixel at the training size, 0..1."""


@torch.inference_mode()
def infer(network: Network, images_N1HW: Tensor, device: Device) -> Inferred:
    """Run uint8 pictures at the training size through a network, in the number format it was trained in.

    Where stages were not learnt all classes are equally probable; where masks were not, there is no liver.
    """
    keep_all_freed_memory()
    classes: list[Tensor] = []
    masks: list[Tensor] = []
    for image_B1HW in torch.split(images_N1HW, network.config.train.batch):
        standard = network.normalisation.apply(image_B1HW.to(device.torch).float() / 255)
        with autocast(device, network.config.train.precision):
            output = network.model(standard.contiguous(memory_format=torch.channels_last))
        logits_BK = output.class_logits_BK.float()
        classes.append(class_probabilities(logits_BK, network.config.loss.stage).cpu())
        masks.append(output.mask_logits[0].float().sigmoid().squeeze(1).cpu())
    probability_NK = torch.cat(classes).double()
    if not network.learnt.stages:
        probability_NK = torch.ones_like(probability_NK)
    probability_NK /= probability_NK.sum(1, keepdim=True)
    liver_NHW = torch.cat(masks)
    if not network.learnt.mask:
        liver_NHW.zero_()
    return Inferred(probability_NK.numpy(), liver_NHW.numpy())


def enlarge(liver_HW: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """A probability map brought bilinearly to the side of the prepared picture, (S, S)."""
    if liver_HW.shape == (size, size):
        return liver_HW
    map_11HW = torch.from_numpy(np.ascontiguousarray(liver_HW))[None, None]
    resized = F.interpolate(map_11HW, (size, size), mode="bilinear", antialias=True)
    resized_SS: NDArray[np.float32] = resized[0, 0].clamp(0, 1).numpy()
    return resized_SS


def to_bytes(probability_HW: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Probabilities as bytes; 128 and above is liver, just where the probability is at least 0.5."""
    levels: NDArray[np.uint8] = np.rint(probability_HW * np.float32(255)).astype(np.uint8)
    return levels


def mask_confidence(probability_HW: NDArray[np.float32]) -> float | None:
    """Mean probability inside the predicted mask (probability at least 0.5); ``None`` where it is empty."""
    inside_HW = to_bytes(probability_HW) >= 128
    return float(probability_HW[inside_HW].mean(dtype=np.float64)) if inside_HW.any() else None


def class_probabilities(logits_BK: Tensor, form: StageLoss) -> Tensor:
    """Of the class term; independent sigmoids do not sum to 1 by themselves, the caller scales them."""
    return logits_BK.sigmoid() if form == "equation7-sigmoid" else logits_BK.softmax(-1)
