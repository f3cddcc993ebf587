"""Stage blocks of the network: convolution, normalisation, maxout with dropout, twice.

Shape suffixes: B batch, C channels, P maxout pieces, H rows, W columns.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import ModelConfig
from livernet.core.model.norm import build_norm


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
    """Keeps one byte an output element (the winning piece, or P where dropped) instead of the activations."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, pieces: int, threshold: int) -> Tensor:
        parts = x.chunk(pieces, dim=1)
        best = parts[0]
        winner = torch.zeros_like(best, dtype=torch.uint8)
        for piece, part in enumerate(parts[1:], start=1):
            better = part > best
            winner = torch.where(better, piece, winner) if piece > 1 else better.view(torch.uint8)
            best = torch.maximum(best, part)
        ctx.scale = 1.0
        if threshold:
            keep = _random_bytes_like(best) >= threshold
            ctx.scale = 256 / (256 - threshold)
            best = best * keep * ctx.scale
            winner = torch.where(keep, winner, pieces)
        ctx.pieces = pieces
        ctx.save_for_backward(winner)
        return best

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (winner,) = ctx.saved_tensors
        gradient = gradients[0] * ctx.scale
        return torch.cat([gradient * (winner == piece) for piece in range(ctx.pieces)], dim=1), None, None


def _random_bytes_like(x: Tensor) -> Tensor:
    """Uniform bytes in the shape and memory order of ``x``, eight from each 64-bit draw."""
    words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device)
    flat = words.random_(-(2**63), None).view(torch.uint8)[: x.numel()]
    return torch.empty_like(x, dtype=torch.uint8).copy_(flat.as_strided(x.shape, x.stride()))


class StageBlock(nn.Module):
    """Two 3x3 convolutions, each with normalisation, maxout and dropout (figure 1 of the paper)."""

    def __init__(self, channels_in: int, channels_out: int, config: ModelConfig) -> None:
        super().__init__()
        self.first = _ConvMaxout(channels_in, channels_out, config)
        self.second = _ConvMaxout(channels_out, channels_out, config)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, channels_in, H, W) to (B, channels_out, H, W)."""
        return self.second(self.first(x_BCHW))  # type: ignore[no-any-return]


class _ConvMaxout(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, config: ModelConfig) -> None:
        super().__init__()
        wide = config.pieces * channels_out
        self.conv = nn.Conv2d(channels_in, wide, 3, padding=1, bias=config.norm == "none")
        self.norm = build_norm(config.norm, wide)
        self.maxout = MaxoutDropout(config.pieces, config.dropout)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="linear")

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.maxout(self.norm(self.conv(x_BCHW)))  # type: ignore[no-any-return]


class ClassHead(nn.Module):
    """Fully connected layers at the end of the contracting path: pooled features to class logits.

    Mean and maximum over the positions are both kept: texture spreads over the liver, while a nodule or a
    blunted vessel is one place.
    """

    def __init__(self, channels: int, classes: int, config: ModelConfig) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.head_dropout)
        self.hidden = nn.Linear(2 * channels, config.pieces * config.head_width)
        self.maxout = MaxoutDropout(config.pieces, config.head_dropout)
        self.classes = nn.Linear(config.head_width, classes)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """(B, C, H, W) to class logits (B, K)."""
        pooled = torch.cat(
            [F.adaptive_avg_pool2d(x_BCHW, 1), F.adaptive_max_pool2d(x_BCHW, 1)], dim=1
        ).flatten(1)
        return self.classes(self.maxout(self.hidden(self.dropout(pooled))))  # type: ignore[no-any-return]
