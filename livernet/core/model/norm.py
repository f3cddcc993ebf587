"""Normalisation after a convolution: none, batch, group or instance.

Shape suffixes: B batch, C channels, H rows, W columns.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from livernet.core.config import Norm

_GROUPS = 8
_EPS = 1e-5


def build_norm(norm: Norm, channels: int) -> nn.Module:
    """The normalisation layer called ``norm`` for feature maps of ``channels`` channels."""
    match norm:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "group":
            return nn.GroupNorm(math.gcd(_GROUPS, channels), channels)
        case "instance":
            return InstanceNorm(channels)
        case _:
            return nn.Identity()


class InstanceNorm(nn.InstanceNorm2d):
    """Instance normalisation with weight and bias (Ulyanov et al. 2016) that keeps channels_last on the CPU.

    torch's own copies to channels_first and back there; the batch kernel, one image at a time, gives the same
    values in a third of the time.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=_EPS, affine=True)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Zero mean and unit variance for every image and channel, then weight and bias."""
        if x_BCHW.device.type != "cpu":
            return super().forward(x_BCHW)
        return _PerImage.apply(x_BCHW, self.weight, self.bias)  # type: ignore[no-any-return]


class _PerImage(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x_BCHW: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = torch.empty_like(x_BCHW)
        moments: list[Tensor] = []
        for i in range(len(x_BCHW)):
            one = slice(i, i + 1)
            both = torch.empty_like(weight), torch.empty_like(weight)
            torch.native_batch_norm(
                x_BCHW[one], weight, bias, None, None, True, 0.0, _EPS, out=(out[one], *both)
            )
            moments += both
        ctx.save_for_backward(x_BCHW, weight, *moments)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x_BCHW, weight, *moments = ctx.saved_tensors
        into = torch.empty_like(x_BCHW)
        into_weight, into_bias = torch.zeros_like(weight), torch.zeros_like(weight)
        backward = torch.ops.aten.native_batch_norm_backward
        for i in range(len(x_BCHW)):
            one, both = slice(i, i + 1), moments[2 * i : 2 * i + 2]
            into[one], gw, gb = backward(
                gradients[0][one], x_BCHW[one], weight, None, None, *both, True, _EPS, [True] * 3
            )
            into_weight += gw
            into_bias += gb
        return into, into_weight, into_bias
