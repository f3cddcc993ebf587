import numpy as np
import pytest
import torch

from livernet.core.config import AugmentConfig, Config, ModelConfig, TrainConfig
from livernet.core.data.loader import Tensors
from livernet.core.device import Device


@pytest.fixture
def cpu() -> Device:
    return Device(torch=torch.device("cpu"), name="CPU", bf16=False)


@pytest.fixture
def tiny() -> Config:
    """A network that trains in a second."""
    return Config(
        model=ModelConfig(width=2, depth=4, head_width=4, dropout=0.1, head_dropout=0.1),
        augment=AugmentConfig(shift=0.05, rotate=5, scale=0.05),
        train=TrainConfig(size=32, epochs=4, batch=4, precision="fp32"),
    )


@pytest.fixture
def discs() -> Tensors:
    """Twelve noisy pictures with a bright disc (the 'liver') whose texture grows with the class 0, 1, 2."""
    generator = torch.Generator().manual_seed(0)
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    images, masks = [], []
    for n in range(12):
        centre = 12 + 8 * torch.rand(2, generator=generator)
        disc = ((x - centre[0]).square() + (y - centre[1]).square()).sqrt() < 9
        noise = torch.randn(32, 32, generator=generator)
        images.append((60 + 90 * disc + (5 + 25 * (n % 3)) * noise * disc + 5 * noise).clamp(0, 255))
        masks.append(disc)
    return Tensors(
        images_N1HW=torch.stack(images).unsqueeze(1).to(torch.uint8),
        masks_N1HW=torch.stack(masks).unsqueeze(1).to(torch.uint8),
        has_mask_N=torch.ones(12, dtype=torch.bool),
        class_N=torch.arange(12) % 3,
        thumbnails_NHW=np.zeros((12, 64, 64), np.uint8),
        hashes=tuple(f"{n:064d}" for n in range(12)),
    )
