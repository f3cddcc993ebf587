"""Random changes of training images: image and mask are moved together, by one resampling on the device.

Parameters are drawn apart from their application. Shape suffixes: B batch, H rows, W columns.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from livernet.core.config import AugmentConfig
from livernet.core.data.appearance import AppearanceParameters, apply_appearance, sample_appearance


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
    side: Tensor
    """-1 where left and right are exchanged, first of all; else 1."""


class Changes(NamedTuple):
    """Everything that happens to the images of a batch; tensors whose rows are images."""

    affine: AffineParameters
    appearance: AppearanceParameters | None
    """``None`` where it stays as it is."""

    def each(self, function: Callable[[Tensor], Tensor]) -> "Changes":
        """The same with ``function`` of every tensor: some of the rows, or all on another device."""
        appearance = self.appearance and AppearanceParameters(*map(function, self.appearance))
        return Changes(AffineParameters(*map(function, self.affine)), appearance)


def sample_changes(count: int, config: AugmentConfig, generator: torch.Generator) -> Changes:
    """Independent draws for ``count`` images from a CPU generator; what is off draws nothing from it."""
    return Changes(sample_affine(count, config, generator), sample_appearance(count, config, generator))


def apply_changes(image_B1HW: Tensor, mask_B1HW: Tensor, changes: Changes) -> tuple[Tensor, Tensor]:
    """Images (uint8 0..255) and masks (0/1) as floats in 0..1, moved alike and the images changed."""
    image_B1HW, mask_B1HW = apply_affine(image_B1HW, mask_B1HW, changes.affine)
    if changes.appearance is not None:
        image_B1HW = apply_appearance(image_B1HW, changes.appearance)
    return image_B1HW, mask_B1HW


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
        side=_sides(count, config.mirror, generator),
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
    top = torch.stack([cos, sin, -(cos * right + sin * down)], dim=1) * draw.side.unsqueeze(1)
    bottom = torch.stack([-sin, cos, sin * right - cos * down], dim=1)
    theta_B23 = torch.stack([top, bottom], dim=1)
    grid = F.affine_grid(theta_B23, list(both_B2HW.shape), align_corners=False)
    moved = F.grid_sample(both_B2HW, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return (moved[:, :1] * draw.gain.view(-1, 1, 1, 1)).clamp(0, 1), (moved[:, 1:] >= 0.5).float()


def _sides(count: int, mirror: float, generator: torch.Generator) -> Tensor:
    if not mirror:
        return torch.ones(count)
    return torch.where(torch.rand(count, generator=generator) < mirror, -1.0, 1.0)
