"""A cohort as PyTorch's tutorials load it: a Dataset that augments image by image, and a DataLoader.

All pictures are in memory from the start, which is more than the tutorials do.
"""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import tv_tensors
from torchvision.transforms import v2

from tests.benchmarks.peers.line import Settings
from tests.benchmarks.peers.sizes import MEAN, STD


class Augmented(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Standardised images with their masks, moved alike, and their classes."""

    def __init__(self, file: str) -> None:
        cohort = np.load(file)
        self.images, self.masks, self.classes = cohort["images"], cohort["masks"], cohort["classes"]
        self.move = v2.RandomAffine(
            degrees=20,
            translate=(0.12, 0.12),
            scale=(0.75, 1.25),
            interpolation=v2.InterpolationMode.BILINEAR,
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        image = tv_tensors.Image(self.images[index][None])
        image, mask = self.move(image, tv_tensors.Mask(self.masks[index][None]))
        return (image.float() / 255 - MEAN) / STD, mask.float(), torch.tensor(self.classes[index])


def make_loader(settings: Settings) -> DataLoader[tuple[Tensor, Tensor, Tensor]]:
    return DataLoader(
        Augmented(settings.file),
        batch_size=settings.batch,
        shuffle=True,
        num_workers=settings.workers,
        persistent_workers=settings.workers > 0,
        pin_memory=settings.device.startswith("cuda"),
    )
