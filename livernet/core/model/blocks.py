"""Stage blocks of the network: convolution, normalisation, maxout with dropout, twice.

Shape suffixes: B batch, C channels, P maxout pieces, H rows, W columns.
"""

from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import ModelConfig
from livernet.core.model.norm import build_norm
from livernet.core.model.ordinal import class_layer

_BYTE = 256
_FLOOR = 1e-3
"""Every position counts a little, so that a picture without liver still has a mean."""
_VARIANCE_FLOOR = 1e-4
"""Keeps the slope of the square root finite."""


class MaxoutDropout(nn.Module):
    """Maximum over groups of channels, then dropout (Goodfellow et al. 2013, equation 4; section 3).

    Turns (B, P*C, ...) into (B, C, ...): output channel c is the largest of the input channels
    c, C + c, ..., (P-1)*C + c. While training, elements are zeroed with probability ``dropout`` (on the CPU
    rounded to 1/256), and the others scaled up so that the expectation stays.
    """

    def __init__(self, pieces: int, dropout: float) -> None:
        super().__init__()
        self.pieces = pieces
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """Maxout of ``x``, with dropout while training."""
        backward = self.training or torch.is_grad_enabled()
        if x.device.type != "cpu" or not backward:  # there the plain form is the fastest
            best = reduce(torch.maximum, x.chunk(self.pieces, dim=1))
            return F.dropout(best, self.dropout, self.training)
        threshold = round(self.dropout * _BYTE) if self.training else 0
        return _MaxoutDropout.apply(x, self.pieces, threshold)  # type: ignore[no-any-return]


class _MaxoutDropout(torch.autograd.Function):
    """Keeps two bytes an output instead of activations: which piece won, and the random byte of dropout.

    ``threshold_backward`` is ``g where r > t else 0``, the only such choice vectorised for bfloat16.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, pieces: int, threshold: int) -> Tensor:
        best, *others = x.chunk(pieces, dim=1)
        wins: list[Tensor] = []
        for part in others:
            wins.append((part > best).view(torch.uint8))
            best = torch.maximum(best, part)
        ctx.threshold = threshold
        noise = _random_bytes_like(best) if threshold else None
        ctx.save_for_backward(noise, *wins)
        return _drop(best, noise, threshold)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        noise, *wins = ctx.saved_tensors
        left = _drop(gradients[0], noise, ctx.threshold)
        parts: list[Tensor] = []
        for won in reversed(wins):
            parts.append(left * won.to(left.dtype))
            left = left - parts[-1]
        return torch.cat([left, *reversed(parts)], dim=1), None, None


def _drop(x: Tensor, noise: Tensor | None, threshold: int) -> Tensor:
    """``x`` scaled up where its byte reaches the threshold, else 0."""
    if noise is None:
        return x
    kept = torch.ops.aten.threshold_backward(x, noise.to(x.dtype), threshold - 0.5)
    return kept.mul_(_BYTE / (_BYTE - threshold))  # type: ignore[no-any-return]


def _random_bytes_like(x: Tensor) -> Tensor:
    """Uniform bytes in the shape and memory order of ``x``, eight from each 64-bit draw."""
    words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device)
    flat = words.random_(-(2**63), None).view(torch.uint8)[: x.numel()]
    return flat.as_strided(x.shape, x.stride())


class ContractBlock(nn.Module):
    """Two 3x3 convolutions, each with normalisation and maxout, then dropout (figure 1 of the paper)."""

    def __init__(self, channels_in: int, channels_out: int, config: ModelConfig) -> None:
        super().__init__()
        wide = config.pieces * channels_out
        self.first = _ConvMaxout(_conv(channels_in, wide, config), config, dropout=0.0)
        self.second = _ConvMaxout(_conv(channels_out, wide, config), config, dropout=config.dropout)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels_out, H, W)."""
        return self.second(self.first(x_BCHW))  # type: ignore[no-any-return]


class ExpandBlock(nn.Module):
    """The same of the features below, brought to twice their size, beside those of the contracting path."""

    def __init__(self, deep: int, shallow: int, config: ModelConfig) -> None:
        super().__init__()
        wide = config.pieces * shallow
        merge = MergeConv(deep, shallow, wide, bias=config.norm == "none")
        self.first = _ConvMaxout(merge, config, dropout=0.0)
        self.second = _ConvMaxout(_conv(shallow, wide, config), config, dropout=config.dropout)

    def forward(self, deep_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
        """(B, deep, H/2, W/2) and (B, shallow, H, W) to (B, shallow, H, W)."""
        return self.second(self.first(deep_BCHW, skip_BCHW))  # type: ignore[no-any-return]


class MergeConv(nn.Module):
    """3x3 convolution of ``cat([upsample(deep), skip])``, nearest upsampling by 2, without making either.

    Where every pixel is repeated, neighbouring taps of the kernel meet the same value: the convolution of the
    upsampled half is a transposed one of stride 2 whose 4x4 kernel holds their sums, exactly, with 4/9 of the
    multiplications.
    """

    def __init__(self, deep: int, shallow: int, channels_out: int, *, bias: bool) -> None:
        super().__init__()
        self.deep, self.out_channels = deep, channels_out
        self.weight = nn.Parameter(torch.empty(channels_out, deep + shallow, 3, 3))
        self.bias = nn.Parameter(torch.zeros(channels_out)) if bias else None
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")

    def forward(self, deep_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
        """(B, deep, H/2, W/2) and (B, shallow, H, W) to (B, channels_out, H, W)."""
        weight_OI33 = self.weight[:, : self.deep]
        kernel_OI44 = _sum_of_taps(_sum_of_taps(weight_OI33, 2), 3)
        above = F.conv_transpose2d(deep_BCHW, kernel_OI44.transpose(0, 1), self.bias, stride=2, padding=1)
        return above + F.conv2d(skip_BCHW, self.weight[:, self.deep :], padding=1)


def _sum_of_taps(weight: Tensor, dim: int) -> Tensor:
    """Three taps on an upsampled axis as the four of a transposed convolution on the axis below."""
    first, middle, last = weight.unbind(dim)
    return torch.stack([last, middle + last, first + middle, first], dim)


def _conv(channels_in: int, channels_out: int, config: ModelConfig) -> nn.Conv2d:
    conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=config.norm == "none")
    nn.init.kaiming_normal_(conv.weight, nonlinearity="linear")
    return conv


class _ConvMaxout(nn.Module):
    def __init__(self, conv: nn.Conv2d | MergeConv, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        self.conv = conv
        self.norm = build_norm(config.norm, conv.out_channels)
        self.maxout = MaxoutDropout(config.pieces, dropout)

    def forward(self, *inputs_BCHW: Tensor) -> Tensor:
        return self.maxout(self.norm(self.conv(*inputs_BCHW)))  # type: ignore[no-any-return]


class ClassHead(nn.Module):
    """Fully connected layers at the end of the contracting path: its features, pooled, to class logits.

    Each feature map gives its mean and its standard deviation, which is what tells textures apart. Positions
    count as much as the network itself believes them to be liver, so that a better mask makes a better class;
    no gradient flows into the mask from here.
    """

    def __init__(self, channels: int, classes: int, config: ModelConfig, *, ordered: bool = False) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.head_dropout)
        self.hidden = nn.Linear(2 * channels, config.pieces * config.head_width)
        self.maxout = MaxoutDropout(config.pieces, config.head_dropout)
        self.classes = class_layer(config.head_width, classes, ordered=ordered)

    def forward(self, x_BCHW: Tensor, liver_logits_B1HW: Tensor | None) -> Tensor:
        """Features (B, C, H, W) and liver logits (B, 1, f*H, f*W) to class logits (B, K).

        Without liver logits all positions count the same.
        """
        x_BCHW = x_BCHW.float()
        weight_B1HW = torch.ones_like(x_BCHW[:, :1])
        if liver_logits_B1HW is not None:
            liver_B1HW = liver_logits_B1HW.detach().float().sigmoid()
            weight_B1HW = F.adaptive_avg_pool2d(liver_B1HW, (x_BCHW.shape[2], x_BCHW.shape[3])) + _FLOOR
        weight_B1HW = weight_B1HW / weight_B1HW.sum((2, 3), keepdim=True)
        mean_BC11 = (x_BCHW * weight_B1HW).sum((2, 3), keepdim=True)
        variance_BC = ((x_BCHW - mean_BC11).square() * weight_B1HW).sum((2, 3))
        pooled = torch.cat([mean_BC11.flatten(1), (variance_BC + _VARIANCE_FLOOR).sqrt()], dim=1)
        return self.classes(self.maxout(self.hidden(self.dropout(pooled))))  # type: ignore[no-any-return]
