"""livernet's network as a newcomer to PyTorch would write it: nothing fused, NCHW, fp32.

It has the same parameters under the same names, so that weights can be carried over, and the same outputs.
Shape suffixes: B batch, C channels, H rows, W columns, K classes.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.benchmarks.peers.sizes import (
    CLASSES,
    DEPTH,
    DROPOUT,
    HEAD_DROPOUT,
    HEAD_WIDTH,
    MASKS,
    MEAN,
    PIECES,
    STD,
    TERMS,
)


class ConvMaxout(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, norm: str) -> None:
        super().__init__()
        wide = PIECES * channels_out
        self.conv = nn.Conv2d(channels_in, wide, 3, padding=1, bias=norm == "none")
        self.norm = nn.InstanceNorm2d(wide, affine=True) if norm == "instance" else nn.Identity()

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return maxout(self.norm(self.conv(x_BCHW)))


class StageBlock(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, norm: str) -> None:
        super().__init__()
        self.first = ConvMaxout(channels_in, channels_out, norm)
        self.second = ConvMaxout(channels_out, channels_out, norm)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return F.dropout(self.second(self.first(x_BCHW)), DROPOUT, self.training)


class ClassHead(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * channels, PIECES * HEAD_WIDTH)
        self.classes = nn.Linear(HEAD_WIDTH, CLASSES)

    def forward(self, x_BCHW: Tensor, liver_logits_B1HW: Tensor) -> Tensor:
        liver = F.adaptive_avg_pool2d(liver_logits_B1HW.detach().sigmoid(), x_BCHW.shape[2:]) + 1e-3
        weight = liver / liver.sum((2, 3), keepdim=True)
        mean = (x_BCHW * weight).sum((2, 3), keepdim=True)
        variance = ((x_BCHW - mean) ** 2 * weight).sum((2, 3))
        pooled = torch.cat([mean.flatten(1), (variance + 1e-4).sqrt()], dim=1)
        hidden = maxout(self.hidden(F.dropout(pooled, HEAD_DROPOUT, self.training)))
        return self.classes(F.dropout(hidden, HEAD_DROPOUT, self.training))


class PlainNet(nn.Module):
    """(B, 1, H, W) to three mask logits, fine to coarse, and class logits (B, K)."""

    def __init__(self, width: int, norm: str) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(DEPTH)]
        pairs = list(pairwise(widths))[::-1]
        self.contract = nn.ModuleList(StageBlock(a, b, norm) for a, b in pairwise([1, *widths]))
        self.head = ClassHead(widths[-1])
        self.expand = nn.ModuleList(StageBlock(a + b, a, norm) for a, b in pairs)
        self.mask_heads = nn.ModuleList(nn.Conv2d(channels, 1, 1) for channels in widths[:MASKS])

    def forward(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        skips: list[Tensor] = []
        for stage in self.contract:
            x = stage(F.max_pool2d(x, 2) if skips else x)
            skips.append(x)
        deepest = skips.pop()
        expanded: list[Tensor] = []
        for stage in self.expand:
            x = stage(torch.cat([F.interpolate(x, scale_factor=2), skips.pop()], dim=1))
            expanded.append(x)
        masks = [head(y) for head, y in zip(self.mask_heads, reversed(expanded), strict=False)]
        return masks, self.head(deepest, masks[-1])


def maxout(x: Tensor) -> Tensor:
    """The larger of channels c and C + c; of the ways to write it the quickest to train."""
    return torch.maximum(*x.chunk(PIECES, dim=1))


def loss_of(outputs: tuple[list[Tensor], Tensor], mask_B1HW: Tensor, class_B: Tensor) -> Tensor:
    """Equations (4) to (7): cross-entropy of the masks at three resolutions, and of the class."""
    masks, logits_BK = outputs
    target_BK = F.one_hot(class_B, CLASSES).float()
    probability_BK = logits_BK.softmax(1)
    total = F.binary_cross_entropy(probability_BK, target_BK, reduction="none").sum(1).mean()
    for level, (weight, logits_B1HW) in enumerate(zip(TERMS, masks, strict=True)):
        target = (F.avg_pool2d(mask_B1HW, 2**level) >= 0.5).float()
        total = total + weight * F.binary_cross_entropy_with_logits(logits_B1HW, target)
    return total


class Predictor(nn.Module):
    """Pictures (B, 1, H, W), uint8, to class probabilities (B, K) and the liver's probability (B, H, W)."""

    def __init__(self, network: PlainNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture_B1HW: Tensor) -> tuple[Tensor, Tensor]:
        masks, logits_BK = self.network((picture_B1HW.float() / 255 - MEAN) / STD)
        return logits_BK.softmax(1), masks[0].sigmoid().squeeze(1)
