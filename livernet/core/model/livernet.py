"""The paper's network: a U-Net whose contracting path ends in a fully connected class head.

Kang et al. 2020, section II.1 and figure 1.
Shape suffixes: B batch, C channels, H rows, W columns, K classes.
"""

from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from livernet.core.config import ModelConfig
from livernet.core.model.blocks import ClassHead, ContractBlock, ExpandBlock

MASKS = 3
"""Mask outputs under deep supervision: full, half and quarter resolution."""


class Output(NamedTuple):
    """What the network returns, while training and after."""

    mask_logits: tuple[Tensor, ...]
    """Three liver logits (B, 1, H, W), (B, 1, H/2, W/2), (B, 1, H/4, W/4), fine to coarse; none of a VGG."""
    class_logits_BK: Tensor
    """Logits of the fibrosis classes."""


class LiverNet(nn.Module):
    """Stages fibrosis and segments the liver in one forward pass.

    Args:
        classes: how many.
        config: sizes.
        ordered: whether class logits are those of :mod:`livernet.core.model.ordinal`.
        guide: place of the mask output in whose liver the class head looks, if ``config`` has it look there;
            ``None`` where none is learnt: it looks everywhere.
        checkpoint: keep the inputs of the blocks alone while training, and compute the rest again.
    """

    def __init__(
        self,
        classes: int,
        config: ModelConfig,
        *,
        ordered: bool = False,
        guide: int | None = MASKS - 1,
        checkpoint: bool = False,
    ) -> None:
        super().__init__()
        self.guide = guide if config.pool == "liver" else None
        self.checkpoint = checkpoint
        widths = [config.width * 2**level for level in range(config.depth)]
        self.contract = nn.ModuleList(
            ContractBlock(below, above, config) for below, above in zip([1, *widths], widths, strict=False)
        )
        self.head = ClassHead(widths[-1], classes, config, ordered=ordered)
        pairs = list(pairwise(widths))[::-1]
        self.expand = nn.ModuleList(ExpandBlock(deep, shallow, config) for shallow, deep in pairs)
        self.mask_heads = nn.ModuleList(nn.Conv2d(width, 1, 1) for width in widths[:MASKS])

    def forward(self, image_B1HW: Tensor) -> Output:
        """Logits for standardised images whose H and W are multiples of 2**(depth-1)."""
        skips: list[Tensor] = []
        x = image_B1HW
        for stage in self.contract:
            x = self._through(stage, F.max_pool2d(x, 2) if skips else x)
            skips.append(x)
        deepest = skips.pop()
        expanded: list[Tensor] = []
        for stage in self.expand:
            x = self._through(stage, x, skips.pop())
            expanded.append(x)
        masks = tuple(head(y) for head, y in zip(self.mask_heads, reversed(expanded), strict=False))
        liver = None if self.guide is None else masks[self.guide]
        return Output(mask_logits=masks, class_logits_BK=self.head(deepest, liver))

    def _through(self, block: nn.Module, *inputs: Tensor) -> Tensor:
        if self.checkpoint and self.training:
            return checkpoint(block, *inputs, use_reentrant=False)  # type: ignore[no-any-return]
        return block(*inputs)  # type: ignore[no-any-return]
