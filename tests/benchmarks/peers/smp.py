"""segmentation_models.pytorch: Unet on resnet34, its own class head, no downloaded weights."""

import segmentation_models_pytorch as smp
import torch
from torch import Tensor
from torch.nn import functional as F

from tests.benchmarks.peers.on_torch import open_line, serve


def loss_of(outputs: tuple[Tensor, Tensor], mask_B1HW: Tensor, class_B: Tensor) -> Tensor:
    mask_logits, logits_BK = outputs
    return F.binary_cross_entropy_with_logits(mask_logits, mask_B1HW) + F.cross_entropy(logits_BK, class_B)


if __name__ == "__main__":
    line = open_line()
    model = smp.Unet(
        "resnet34", encoder_weights=None, in_channels=1, classes=1, aux_params={"classes": 3, "dropout": 0.5}
    ).to(line.settings.device)
    serve(line, model, torch.optim.Adam(model.parameters(), lr=1e-4), loss_of)
