"""Parts that the network does not have, put in place of its own to see whether they would be better.

Shape suffixes: B batch, C channels, H rows, W columns, K classes.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from livernet.core.config import Config
from livernet.core.model.blocks import MaxoutDropout
from livernet.core.model.livernet import LiverNet
from livernet.core.stages import Grouping


class BilinearMerge(nn.Module):
    """3x3 convolution of the deep features, enlarged bilinearly, beside those of the contracting path."""

    def __init__(self, deep: int, shallow: int, channels_out: int, *, bias: bool) -> None:
        super().__init__()
        self.out_channels = channels_out
        self.conv = _conv3(deep + shallow, channels_out, bias=bias)

    def forward(self, deep_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
        """(B, deep, H/2, W/2) and (B, shallow, H, W) to (B, channels_out, H, W)."""
        enlarged = F.interpolate(deep_BCHW, scale_factor=2, mode="bilinear", align_corners=False)
        return cast(Tensor, self.conv(torch.cat([enlarged, skip_BCHW], 1)))


class TransposedMerge(nn.Module):
    """The same with a learnt transposed convolution of 2x2, which halves the channels (Ronneberger 2015)."""

    def __init__(self, deep: int, shallow: int, channels_out: int, *, bias: bool) -> None:
        super().__init__()
        self.out_channels = channels_out
        self.up = nn.ConvTranspose2d(deep, shallow, 2, stride=2)
        self.conv = _conv3(2 * shallow, channels_out, bias=bias)

    def forward(self, deep_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
        """(B, deep, H/2, W/2) and (B, shallow, H, W) to (B, channels_out, H, W)."""
        return cast(Tensor, self.conv(torch.cat([self.up(deep_BCHW), skip_BCHW], 1)))


class FlatHead(nn.Module):
    """Fully connected layers on every value of the deepest features, as the paper may have had it."""

    def __init__(self, channels: int, side: int, classes: int, config: Config) -> None:
        super().__init__()
        model = config.model
        self.dropout = nn.Dropout(model.head_dropout)
        self.hidden = nn.Linear(channels * side * side, model.pieces * model.head_width)
        self.maxout = MaxoutDropout(model.pieces, model.head_dropout)
        self.classes = nn.Linear(model.head_width, classes)

    def forward(self, x_BCHW: Tensor, _liver_logits_B1HW: Tensor | None) -> Tensor:
        """Features (B, C, side, side) to class logits (B, K)."""
        flat = self.dropout(x_BCHW.float().flatten(1))
        return cast(Tensor, self.classes(self.maxout(self.hidden(flat))))


def put_flat_head(network: nn.Module, config: Config) -> nn.Module:
    """The network with a :class:`FlatHead`."""
    model = cast(LiverNet, network)
    classes, deepest = len(Grouping.parse(config.grouping)), model.head.hidden.in_features // 2
    side = config.train.size // 2 ** (config.model.depth - 1)
    model.head = FlatHead(deepest, side, classes, config)  # type: ignore[assignment]
    return model


def put_merge(kind: Callable[..., nn.Module]) -> Callable[[nn.Module, Config], nn.Module]:
    """A change that gives every expanding block another way to enlarge the features below."""

    def put(network: nn.Module, _config: Config) -> nn.Module:
        for block in cast(LiverNet, network).expand:
            own = block.first.conv
            shallow = own.weight.shape[1] - own.deep
            block.first.conv = kind(own.deep, shallow, own.out_channels, bias=own.bias is not None)
        return network

    return put


SWAPS: dict[str, Callable[[nn.Module, Config], nn.Module]] = {
    "": lambda network, _config: network,
    "flat head": put_flat_head,
    "bilinear": put_merge(BilinearMerge),
    "transposed": put_merge(TransposedMerge),
}
"""By name; the empty one leaves the network as it is."""


def _conv3(channels_in: int, channels_out: int, *, bias: bool) -> nn.Conv2d:
    conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=bias)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="linear")
    return conv
