"""Random changes of what a scanner shows of the same liver: contrast, depth gain, shadow, speckle, sharpness.

Grey levels alone change, so masks stay as they are. Parameters are drawn apart from their application. Black
stays black: where there is no echo, nothing is added. Shape suffixes: B batch, H rows, W columns, K knots.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from livernet.core.config import AugmentConfig

_KNOTS = 5
"""Sliders of the depth gain, from the top of the picture to its bottom."""
_APEX = -1.6
"""Where the beams of a curved probe meet: above the picture, in units of half its side from the centre."""
_BROADEST = 0.2
"""Standard deviation of the broadest shadow across the beams, radians."""


class AppearanceParameters(NamedTuple):
    """One draw for every image of a batch."""

    contrast_B: Tensor
    """Exponent on the grey levels in 0..1."""
    depth_BK: Tensor
    """Factors on the grey levels at equal distances down the picture, linear in between."""
    shadow_B: Tensor
    """Share of the echo that the shadow takes."""
    beam_B: Tensor
    """Angle of the shadow's middle from the vertical, radians."""
    breadth_B: Tensor
    """Standard deviation of the shadow across the beams, radians."""
    top_B: Tensor
    """Where the shadow begins, -1 top to 1 bottom."""
    speckle_B: Tensor
    """Standard deviation of the factors on single pixels."""
    seed_B: Tensor
    """What the speckle is made of, int64."""
    sharpness_B: Tensor
    """Weight of the difference between the image and its mean over 3 x 3 pixels; below 0 it is blurred."""


def sample_appearance(
    count: int, config: AugmentConfig, generator: torch.Generator
) -> AppearanceParameters | None:
    """Independent draws for ``count`` images from a CPU generator; ``None``, none drawn, where all is off."""
    limits = (config.contrast, config.depth, config.shadow, config.speckle, config.sharpness)
    if not any(limits):
        return None

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(count, *shape, generator=generator)

    return AppearanceParameters(
        contrast_B=torch.pow(1 + config.contrast, uniform(-1, 1)),
        depth_BK=1 + uniform(-config.depth, config.depth, _KNOTS),
        shadow_B=uniform(0, config.shadow),
        beam_B=uniform(-0.6, 0.6),
        breadth_B=uniform(0.02, _BROADEST),
        top_B=uniform(-1, 0.5),
        speckle_B=uniform(0, config.speckle),
        seed_B=torch.randint(2**31, (count,), generator=generator),
        sharpness_B=uniform(-config.sharpness, config.sharpness),
    )


def apply_appearance(image_B1HW: Tensor, draw: AppearanceParameters) -> Tensor:
    """Change float images in 0..1; the draw is on their device."""
    image_B1HW = image_B1HW + _whole(draw.sharpness_B) * (image_B1HW - _mean(image_B1HW))
    image_B1HW = image_B1HW.clamp(0, 1).pow(_whole(draw.contrast_B))
    factor_B1HW = _depth_gain(image_B1HW, draw) * _shadow(image_B1HW, draw) * _speckle(image_B1HW, draw)
    return (image_B1HW * factor_B1HW).clamp(0, 1)


def _depth_gain(image_B1HW: Tensor, draw: AppearanceParameters) -> Tensor:
    rows = image_B1HW.shape[-2]
    gain_B1H = F.interpolate(draw.depth_BK.unsqueeze(1), rows, mode="linear", align_corners=True)
    return gain_B1H.unsqueeze(-1)


def _shadow(image_B1HW: Tensor, draw: AppearanceParameters) -> Tensor:
    """Full strength along one beam from some depth on, fading to both sides of it."""
    height, width = image_B1HW.shape[-2:]
    down_H1 = torch.linspace(-1, 1, height, device=image_B1HW.device).unsqueeze(1)
    right_W = torch.linspace(-1, 1, width, device=image_B1HW.device)
    angle_HW = torch.atan2(right_W, down_H1 - _APEX)
    across = torch.exp(-0.5 * ((angle_HW - _whole(draw.beam_B)) / _whole(draw.breadth_B)) ** 2)
    along = torch.sigmoid(20 * (down_H1 - _whole(draw.top_B)))
    return 1 - _whole(draw.shadow_B) * across * along


def _speckle(image_B1HW: Tensor, draw: AppearanceParameters) -> Tensor:
    """Factors with mean 1, correlated over three pixels; the mean of nine uniform numbers varies by 1/108."""
    noise_B1HW = _mean(_uniform_numbers(draw.seed_B, image_B1HW.shape[-2:])) - 0.5
    return (1 + _whole(draw.speckle_B) * math.sqrt(108) * noise_B1HW).clamp(min=0)


def _uniform_numbers(seed_B: Tensor, size: torch.Size) -> Tensor:
    """Numbers in [0, 1), the same everywhere, (B, 1, H, W): a counter, mixed (SplitMix64, Steele 2014)."""
    count = torch.arange(size.numel(), device=seed_B.device).view(1, 1, *size)
    mixed = (_whole(seed_B) * size.numel() + count) * -0x61C8864680B583EB
    mixed = (mixed ^ (mixed >> 30)) * -0x40A7B892E31B1A47
    mixed = (mixed ^ (mixed >> 27)) * -0x6B2FB644ECCEEE15
    return ((mixed >> 40) & 0xFFFF).float() / 2**16


def _mean(image_B1HW: Tensor) -> Tensor:
    return F.avg_pool2d(image_B1HW, 3, stride=1, padding=1, count_include_pad=False)


def _whole(value_B: Tensor) -> Tensor:
    """One value an image, for all its pixels."""
    return value_B.view(-1, 1, 1, 1)
