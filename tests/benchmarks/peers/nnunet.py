"""nnU-Net's PlainConvUNet with the plan its planner makes for square 2D patches, and its loss.

Stages down to 4x4 (eight for 512x512) of two convolutions, 32 features doubled up to 512, instance
normalisation, leaky ReLU, deep supervision, Dice and cross-entropy, SGD with momentum. No class head.
"""

import math

import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet
from torch import Tensor, nn
from torch.nn import functional as F

from tests.benchmarks.peers.on_torch import open_line, serve

FEATURES, MOST_FEATURES = 32, 512
SMALLEST = 4


def build(size: int) -> nn.Module:
    stages = 1 + int(math.log2(size // SMALLEST))
    return PlainConvUNet(
        input_channels=1,
        n_stages=stages,
        features_per_stage=[min(FEATURES * 2**stage, MOST_FEATURES) for stage in range(stages)],
        conv_op=nn.Conv2d,
        kernel_sizes=3,
        strides=[1] + [2] * (stages - 1),
        n_conv_per_stage=2,
        num_classes=2,
        n_conv_per_stage_decoder=2,
        conv_bias=True,
        norm_op=nn.InstanceNorm2d,
        norm_op_kwargs={"eps": 1e-5, "affine": True},
        nonlin=nn.LeakyReLU,
        nonlin_kwargs={"inplace": True},
        deep_supervision=True,
    )


def loss_of(outputs: list[Tensor], mask_B1HW: Tensor, class_B: Tensor) -> Tensor:
    """Dice and cross-entropy at every resolution but the coarsest, weights halving and adding up to 1."""
    outputs = outputs[:-1]
    weights = [0.5**level for level in range(len(outputs))]
    total = mask_B1HW.new_zeros(())
    for weight, logits in zip(weights, outputs, strict=True):
        target = F.interpolate(mask_B1HW, logits.shape[2:], mode="nearest").squeeze(1).long()
        liver = logits.float().softmax(1)[:, 1]
        overlap, sizes = (liver * target).sum((1, 2)), liver.sum((1, 2)) + target.sum((1, 2))
        dice = ((2 * overlap + 1e-5) / (sizes + 1e-5)).mean()
        total = total + weight / sum(weights) * (F.cross_entropy(logits.float(), target) - dice)
    return total


if __name__ == "__main__":
    line = open_line()
    model = build(line.settings.size).to(line.settings.device)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.99, nesterov=True, weight_decay=3e-5)
    serve(line, model, optimiser, loss_of)
