"""Random shift, rotation and scaling of image and mask together, one batched resampling on the device.

Parameters are drawn apart from their application. Shape suffixes: B batch, H rows, W columns.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from livernet.core.config import AugmentConfig


class AffineParameters(NamedTuple):
    """One draw for every image of a batch; all tensors (B,)."""

    shift_x: Tensor
    """Fraction of the side, to the right."""
    shift_y: Tensor
    """Fraction of the side, down."""
    angle: Tensor
    """Radians, clockwise on the screen."""
    scale: Tensor
    """Factor by which the picture grows."""
    gain: Tensor
    """Factor on the grey levels."""


def sample_affine(count: int, config: AugmentConfig, generator: torch.Generator) -> AffineParameters:
    """Independent uniform draws for ``count`` images from a CPU generator."""

    def uniform(limit: float) -> Tensor:
        return (2 * torch.rand(count, generator=generator) - 1) * limit

    return AffineParameters(
        shift_x=uniform(config.shift),
        shift_y=uniform(config.shift),
        angle=uniform(math.radians(config.rotate)),
        scale=1 + uniform(config.scale),
        gain=1 + uniform(config.gain),
    )


def apply_affine(image_B1HW: Tensor, mask_B1HW: Tensor, draw: AffineParameters) -> tuple[Tensor, Tensor]:
    """Move images (uint8 0..255) and masks (0/1) alike; the draw is on their device.

    Returns float images in 0..1, black where nothing was, and float masks of 0 and 1. Both are interpolated
    bilinearly in one ``grid_sample``; a mask pixel at least half liver is liver.
    """
    both_B2HW = torch.cat([image_B1HW.float() / 255, mask_B1HW.float()], dim=1)
    cos, sin = draw.angle.cos() / draw.scale, draw.angle.sin() / draw.scale
    # grid_sample asks where an output pixel comes from: the inverse motion, in units of half a side
    right, down = 2 * draw.shift_x, 2 * draw.shift_y
    top = torch.stack([cos, sin, -(cos * right + sin * down)], dim=1)
    bottom = torch.stack([-sin, cos, sin * right - cos * down], dim=1)
    theta_B23 = torch.stack([top, bottom], dim=1)
    grid = F.affine_grid(theta_B23, list(both_B2HW.shape), align_corners=False)
    moved = F.grid_sample(both_B2HW, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return (moved[:, :1] * draw.gain.view(-1, 1, 1, 1)).clamp(0, 1), (moved[:, 1:] >= 0.5).float()
