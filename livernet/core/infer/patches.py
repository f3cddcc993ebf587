"""A baseline over many pictures: their patches, never from an expert's mask, and the mean of their classes.

Shape suffixes: N pictures, P patches of a picture, S side of a patch, H rows, W columns, F features,
K classes.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.data.loader import resize_image
from livernet.core.data.patches import Windows, fixed_generator, place_windows
from livernet.core.device import Device, autocast
from livernet.core.infer.forward import Inferred, Network, class_probabilities
from livernet.core.memory import keep_all_freed_memory
from livernet.core.model.vgg import Vgg

_PIXELS = 2**18
"""Of the patches that go through a network at once: 64 MB for the widest of its layers."""


class PatchAnswers(NamedTuple):
    """What a baseline says of N pictures."""

    inferred: Inferred
    """Means over the patches; no liver."""
    class_NP: NDArray[np.int64]
    """The most probable class of every patch."""


def predicted_windows(
    image_1HW: Tensor, liver_SS: NDArray[np.bool_] | None, config: Config, image_hash: str
) -> Windows:
    """The fixed patches of a picture at the training size, inside its predicted liver where there is one.

    Args:
        image_1HW: uint8.
        liver_SS: predicted, at any size; ``None`` where no network of the run outlines livers.
        config: of the baseline.
        image_hash: of the prepared picture's pixels.

    Raises:
        DataError: the picture is black.
    """
    place_HW = None if liver_SS is None else resize_liver(liver_SS, config.train.size)
    generator = fixed_generator(config.train.seed, image_hash)
    return place_windows(image_1HW[0].cpu().numpy(), place_HW, config, generator)


def resize_liver(liver_SS: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """A mask at the training size: what is at least half liver."""
    resized: NDArray[np.uint8] = resize_image(liver_SS.astype(np.uint8) * np.uint8(255), size)[0].numpy()
    return resized >= 128


def infer_patches(
    network: Network, images_N1HW: Tensor, windows: Sequence[Windows], device: Device
) -> PatchAnswers:
    """Run the patches of uint8 pictures at the training size through a baseline."""
    model = cast(Vgg, network.model)
    feature_NPF = patch_features(model.features, images_N1HW, windows, network.config, device)
    with torch.inference_mode():
        logits_NPK = model.head(feature_NPF.to(device.torch)).class_logits_BK.float()
    probability_NPK = class_probabilities(logits_NPK, network.config.loss.stage).cpu().double()
    probability_NPK = probability_NPK / probability_NPK.sum(2, keepdim=True)
    side = network.config.train.size
    nothing_NHW = np.zeros((len(windows), side, side), dtype=np.float32)
    inferred = Inferred(probability_NPK.mean(1).numpy(), nothing_NHW)
    return PatchAnswers(inferred, probability_NPK.argmax(2).numpy())


@torch.inference_mode()
def patch_features(
    features: nn.Module, images_N1HW: Tensor, windows: Sequence[Windows], config: Config, device: Device
) -> Tensor:
    """Features (N, P, F) of the patches of uint8 pictures, float32 on the CPU."""
    keep_all_freed_memory()
    found: list[Tensor] = []
    at_once = max(1, _PIXELS // windows[0].side ** 2)
    for image_1HW, one in zip(images_N1HW, windows, strict=True):
        patch_P1SS = one.cut(image_1HW).to(device.torch).float() / 255
        with autocast(device, config.train.precision):
            parts = [features(part) for part in torch.split(patch_P1SS, at_once)]
        found.append(torch.cat(parts).float().cpu())
    return torch.stack(found)
