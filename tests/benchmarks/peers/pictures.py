"""Inference from a picture to probabilities with the weights of the contest, and what is compared of it."""

import torch
from torch import Tensor

from tests.benchmarks.peers.line import Settings
from tests.benchmarks.peers.network import PlainNet, Predictor

_PIXELS = 50


def load_predictor(settings: Settings) -> Predictor:
    network = PlainNet(settings.width, settings.norm)
    network.load_state_dict(torch.load(settings.file, weights_only=True))
    return Predictor(network).eval()


def fixed_picture(settings: Settings) -> Tensor:
    """The same uint8 pictures (B, 1, H, W) for everyone."""
    shape = (settings.batch, 1, settings.size, settings.size)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def sample(probability_BK: Tensor, liver_BHW: Tensor) -> list[float]:
    """The first picture's classes and some of its pixels."""
    pixels = liver_BHW[0].flatten()
    some = pixels[:: len(pixels) // _PIXELS]
    return [round(float(value), 5) for value in (*probability_BK[0], *some)]
