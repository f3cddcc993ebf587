"""The whole cohort as tensors on the device: uint8 images and masks at the training size.

Shape suffixes: N images of the cohort, H rows, W columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from livernet.core.data.guard import guarded
from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.thumbnails import thumbnail
from livernet.core.errors import DataError, FaultsError
from livernet.core.files import sha256
from livernet.core.stages import Grouping


@dataclass(frozen=True, kw_only=True)
class Tensors:
    """A cohort in device memory; row n belongs to manifest row n."""

    images_N1HW: Tensor
    """Grey levels, uint8."""
    masks_N1HW: Tensor
    """Liver 1, elsewhere 0, uint8; zeros where there is no mask."""
    has_mask_N: Tensor
    """Bool."""
    class_N: Tensor
    """Class index, int64; -1 where the stage is unknown."""
    thumbnails_NHW: NDArray[np.uint8]
    """Small pictures of a fixed size to look for duplicates by, on the CPU."""
    hashes: tuple[str, ...]
    """SHA-256 of each prepared picture's pixels at the cohort's own size."""

    def __len__(self) -> int:
        """The number of images."""
        return len(self.hashes)


class Normalisation(NamedTuple):
    """What the network's input is standardised with; grey levels run from 0 to 1."""

    mean: float
    std: float

    def apply(self, image_B1HW: Tensor) -> Tensor:
        """Standardise float images in 0..1."""
        return (image_B1HW - self.mean) / self.std


def load_tensors(cohort: Cohort, grouping: Grouping, size: int, device: torch.device) -> Tensors:
    """Read all pictures and masks of a cohort, resized to ``size`` with the one resampling of this project.

    Raises:
        DataError: a picture is no square 8-bit grey image, or its mask has another size.
        FaultsError: several are; all are listed.
    """
    images: list[Tensor] = []
    masks: list[Tensor] = []
    thumbnails: list[NDArray[np.uint8]] = []
    hashes: list[str] = []
    faults: list[DataError] = []
    for row in cohort.rows:
        try:
            image_HW = read_grey(cohort.folder / row.image)
            masks.append(_mask(cohort.folder, row, image_HW.shape, size))
        except DataError as error:
            faults.append(error)
            continue
        hashes.append(pixel_hash(image_HW))
        thumbnails.append(thumbnail(image_HW))
        images.append(resize_image(image_HW, size))
    if len(faults) > 1:
        raise FaultsError(
            f"{cohort.folder}: {len(faults)} pictures are faulty",
            [fault.message for fault in faults],
            faults[0].hint,
        )
    if faults:
        raise faults[0]
    return Tensors(
        images_N1HW=torch.stack(images).to(device),
        masks_N1HW=torch.stack(masks).to(device),
        has_mask_N=torch.tensor([bool(row.mask) for row in cohort.rows], device=device),
        class_N=class_indices(cohort.rows, grouping).to(device),
        thumbnails_NHW=np.stack(thumbnails),
        hashes=tuple(hashes),
    )


def class_indices(rows: Sequence[Row], grouping: Grouping) -> Tensor:
    """The class index of each row, int64; -1 where the stage is unknown."""
    return torch.tensor([-1 if row.stage is None else grouping.class_of(row.stage) for row in rows])


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A prepared picture as uint8 (H, W).

    Raises:
        DataError: the file is damaged, or not an 8-bit grey image with equal sides.
    """
    hint = "make the cohort again with 'livernet preprocess RAW OUT'"
    with guarded(path, "cannot be read as a picture", hint), Image.open(path) as picture:
        mode, size = picture.mode, picture.size
        image_HW = np.asarray(picture)
    if mode != "L" or size[0] != size[1]:
        raise DataError(f"{path}: is {size[0]}x{size[1]} {mode}, not a square 8-bit grey picture", hint)
    return image_HW


def pixel_hash(image_HW: NDArray[np.uint8]) -> str:
    """SHA-256 of a prepared picture's pixels: the same picture, whatever file holds it."""
    return sha256(np.ascontiguousarray(image_HW).tobytes())


def resize_image(image_HW: NDArray[np.uint8], size: int) -> Tensor:
    """Antialiased bilinear resize to uint8 (1, size, size); on the CPU, the same bytes everywhere."""
    image_1HW = torch.from_numpy(image_HW.copy()).unsqueeze(0)
    if image_1HW.shape[-2:] == (size, size):
        return image_1HW
    resized = F.interpolate(image_1HW.unsqueeze(0).float(), (size, size), mode="bilinear", antialias=True)
    return resized.squeeze(0).round().clamp(0, 255).to(torch.uint8)


def fit_normalisation(tensors: Tensors, rows: Sequence[int]) -> Normalisation:
    """Mean and standard deviation over the images of ``rows``: training images only, never others."""
    levels = tensors.images_N1HW[list(rows)].float() / 255
    return Normalisation(mean=float(levels.mean()), std=max(float(levels.std()), 1e-3))


def _mask(folder: Path, row: Row, shape: tuple[int, ...], size: int) -> Tensor:
    if not row.mask:
        return torch.zeros((1, size, size), dtype=torch.uint8)
    mask_HW = read_grey(folder / row.mask)
    if mask_HW.shape != shape:
        raise DataError(
            f"{folder / row.mask}: is {mask_HW.shape[0]} pixels wide, its picture {shape[0]}",
            "make the cohort again with 'livernet preprocess RAW OUT'",
        )
    liver = np.where(mask_HW >= 128, 255, 0).astype(np.uint8)
    return (resize_image(liver, size) >= 128).to(torch.uint8)
