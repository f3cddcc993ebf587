"""Stage blocks of the network: convolution, normalisation, maxout with dropout, twice.

Shape suffixes: B batch, C channels, P maxout pieces, H rows, W columns.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import ModelConfig
from livernet.core.model.norm import build_norm

_FLOOR = 1e-3
"""Every position counts a little, so that a picture without liver still has a mean."""
_VARIANCE_FLOOR = 1e-4
"""Keeps the slope of the square root finite."""


class MaxoutDropout(nn.Module):
    """Maximum over groups of channels, then dropout (Goodfellow et al. 2013, equation 4; section 3).

    Turns (B, P*C, ...) into (B, C, ...): output channel c is the largest of the input channels
    c, C + c, ..., (P-1)*C + c. While training, elements are zeroed with probability ``dropout``,
    rounded to 1/256, and the others scaled up so that the expectation stays.
    """

    def __init__(self, pieces: int, dropout: float) -> None:
        super().__init__()
        self.pieces = pieces
        self.threshold = round(dropout * 256)

    def forward(self, x: Tensor) -> Tensor:
        """Maxout of ``x``, with dropout while training."""
        threshold = self.threshold if self.training else 0
        return _MaxoutDropout.apply(x, self.pieces, threshold)  # type: ignore[no-any-return]


class _MaxoutDropout(torch.autograd.Function):
    """Keeps for each output which piece won (a bit mask a piece) and its dropout factor, no activations."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, pieces: int, threshold: int) -> Tensor:
        best, *others = x.chunk(pieces, dim=1)
        wins: list[Tensor] = []
        for part in others:
            better = part > best
            wins = [*(won & ~better for won in wins), better]
            best = torch.maximum(best, part)
        factor: Tensor | None = None
        if threshold:
            keep = _random_bytes_like(best) >= threshold
            factor = keep.to(best.dtype).mul_(256 / (256 - threshold))
            best.mul_(factor)
        ctx.save_for_backward(factor, *wins)
        return best

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        factor, *wins = ctx.saved_tensors
        first = gradients[0] if factor is None else gradients[0] * factor
        parts = [first * won for won in wins]
        for part in parts:
            first = first - part
        return torch.cat([first, *parts], dim=1), None, None


def _random_bytes_like(x: Tensor) -> Tensor:
    """Uniform bytes in the shape and memory order of ``x``, eight from each 64-bit draw."""
    words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device)
    flat = words.random_(-(2**63), None).view(torch.uint8)[: x.numel()]
    return flat.as_strided(x.shape, x.stride())


class StageBlock(nn.Module):
    """Two 3x3 convolutions, each with normalisation and maxout, then dropout (figure 1 of the paper)."""

    def __init__(self, channels_in: int, channels_out: int, config: ModelConfig) -> None:
        super().__init__()
        self.first = _ConvMaxout(channels_in, channels_out, config, dropout=0.0)
        self.second = _ConvMaxout(channels_out, channels_out, config, dropout=config.dropout)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels_out, H, W)."""
        return self.second(self.first(x_BCHW))  # type: ignore[no-any-return]


class _ConvMaxout(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        wide = config.pieces * channels_out
        self.conv = nn.Conv2d(channels_in, wide, 3, padding=1, bias=config.norm == "none")
        self.norm = build_norm(config.norm, wide)
        self.maxout = MaxoutDropout(config.pieces, dropout)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="linear")

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.maxout(self.norm(self.conv(x_BCHW)))  # type: ignore[no-any-return]


class ClassHead(nn.Module):
    """Fully connected layers at the end of the contracting path: its features, pooled, to class logits.

    Each feature map gives its mean and its standard deviation, which is what tells textures apart. With
    ``pool="liver"`` positions count as much as the network itself believes them to be liver, so that a better
    mask makes a better class; no gradient flows into the mask from here.
    """

    def __init__(self, channels: int, classes: int, config: ModelConfig) -> None:
        super().__init__()
        self.pool = config.pool
        self.dropout = nn.Dropout(config.head_dropout)
        self.hidden = nn.Linear(2 * channels, config.pieces * config.head_width)
        self.maxout = MaxoutDropout(config.pieces, config.head_dropout)
        self.classes = nn.Linear(config.head_width, classes)

    def forward(self, x_BCHW: Tensor, liver_logits_B1HW: Tensor) -> Tensor:
        """Features (B, C, H, W) and liver logits (B, 1, f*H, f*W) to class logits (B, K)."""
        x_BCHW = x_BCHW.float()
        weight_B1HW = torch.ones_like(x_BCHW[:, :1])
        if self.pool == "liver":
            liver_B1HW = liver_logits_B1HW.detach().float().sigmoid()
            weight_B1HW = F.adaptive_avg_pool2d(liver_B1HW, (x_BCHW.shape[2], x_BCHW.shape[3])) + _FLOOR
        weight_B1HW = weight_B1HW / weight_B1HW.sum((2, 3), keepdim=True)
        mean_BC11 = (x_BCHW * weight_B1HW).sum((2, 3), keepdim=True)
        variance_BC = ((x_BCHW - mean_BC11).square() * weight_B1HW).sum((2, 3))
        pooled = torch.cat([mean_BC11.flatten(1), (variance_BC + _VARIANCE_FLOOR).sqrt()], dim=1)
        return self.classes(self.maxout(self.hidden(self.dropout(pooled))))  # type: ignore[no-any-return]
