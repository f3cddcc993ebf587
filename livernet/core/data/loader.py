"""The whole cohort as tensors: uint8 images and masks at the training size.

They live on the device that computes; a cohort too large for it lives in a memory map of a temporary file.
Shape suffixes: N images of the cohort, B some of them, H rows, W columns.
"""

import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.data.thumbnails import thumbnail
from livernet.core.device import free_memory, move
from livernet.core.errors import DataError, FaultsError, OutputError
from livernet.core.stages import Grouping

_SHARE_OF_FREE = 0.5
"""Part of the free memory that a cohort may take; the rest is for the network."""
_CHUNK = 16
"""Images counted at once."""


class Rows(NamedTuple):
    """Some rows of a cohort."""

    image_B1HW: Tensor
    mask_B1HW: Tensor
    has_mask_B: Tensor
    class_B: Tensor


@dataclass(frozen=True, kw_only=True)
class Tensors:
    """A cohort, all tensors on one device; row n belongs to manifest row n."""

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

    @property
    def home(self) -> torch.device:
        """Where the tensors are, and where rows are asked for."""
        return self.images_N1HW.device

    def rows(self, index_B: Tensor, device: torch.device) -> Rows:
        """The rows of an index at :attr:`home`, on ``device``."""
        whole = (self.images_N1HW, self.masks_N1HW, self.has_mask_N, self.class_N)
        return Rows(*(move(tensor[index_B], device) for tensor in whole))


class Normalisation(NamedTuple):
    """What the network's input is standardised with; grey levels run from 0 to 1."""

    mean: float
    std: float

    def apply(self, image_B1HW: Tensor) -> Tensor:
        """Standardise float images in 0..1."""
        return (image_B1HW - self.mean) / self.std


def load_tensors(
    cohort: Cohort, grouping: Grouping, size: int, device: torch.device, *, share: int = 1
) -> Tensors:
    """Read all pictures and masks of a cohort, resized to ``size`` with the one resampling of this project.

    Where they would take more than half of the memory that is free for one of ``share`` processes, on the
    device or here, they stay in a temporary file.

    Raises:
        DataError: a picture is no square 8-bit grey image, or its mask has another size.
        FaultsError: several are; all are listed.
        OutputError: there is no room for the temporary file.
    """
    shape = (len(cohort.rows), 1, size, size)
    on_disk = _too_large(2 * math.prod(shape), device, share)
    images_N1HW, masks_N1HW = _room(shape, on_disk=on_disk), _room(shape, on_disk=on_disk)
    thumbnails: list[NDArray[np.uint8]] = []
    hashes: list[str] = []
    faults: list[DataError] = []
    for place, row in enumerate(cohort.rows):
        try:
            image_HW = read_grey(cohort.folder / row.image)
            masks_N1HW[place] = _mask(cohort.folder, row, image_HW.shape, size)
        except DataError as error:
            faults.append(error)
            continue
        hashes.append(pixel_hash(image_HW))
        thumbnails.append(thumbnail(image_HW))
        images_N1HW[place] = resize_image(image_HW, size)
    _raise_faults(cohort.folder, faults)
    home = torch.device("cpu") if on_disk else device
    return Tensors(
        images_N1HW=torch.from_numpy(images_N1HW).to(home),
        masks_N1HW=torch.from_numpy(masks_N1HW).to(home),
        has_mask_N=torch.tensor([bool(row.mask) for row in cohort.rows], device=home),
        class_N=class_indices(cohort.rows, grouping).to(home),
        thumbnails_NHW=np.stack(thumbnails),
        hashes=tuple(hashes),
    )


def _too_large(size: int, device: torch.device, share: int) -> bool:
    free = [free_memory(place, share) for place in {device, torch.device("cpu")}]
    return any(size > _SHARE_OF_FREE * known for known in free if known is not None)


def _room(shape: tuple[int, ...], *, on_disk: bool) -> NDArray[np.uint8]:
    """An array to be filled, in memory or in a file that is gone with it."""
    if not on_disk:
        return np.empty(shape, np.uint8)
    size, folder = math.prod(shape), tempfile.gettempdir()
    if shutil.disk_usage(folder).free < size:
        raise OutputError(
            f"{folder}: has no room for the {size / 2**30:.1f} GiB of pictures that do not fit in memory",
            "free space there, set TMPDIR to a folder with more, or lower train.size",
        )
    with tempfile.TemporaryFile(prefix="livernet-") as file:
        if hasattr(os, "posix_fallocate"):  # a hole that cannot be filled later would end the process
            os.posix_fallocate(file.fileno(), 0, size)
        return np.memmap(file, np.uint8, "w+", shape=shape)


def _raise_faults(folder: Path, faults: Sequence[DataError]) -> None:
    if len(faults) > 1:
        messages = [fault.message for fault in faults]
        raise FaultsError(f"{folder}: {len(faults)} pictures are faulty", messages, faults[0].hint)
    if faults:
        raise faults[0]


def class_indices(rows: Sequence[Row], grouping: Grouping) -> Tensor:
    """The class index of each row, int64; -1 where the stage is unknown."""
    return torch.tensor([-1 if row.stage is None else grouping.class_of(row.stage) for row in rows])


def resize_image(image_HW: NDArray[np.uint8], size: int) -> Tensor:
    """Antialiased bilinear resize to uint8 (1, size, size); on the CPU, the same bytes everywhere."""
    image_1HW = torch.from_numpy(image_HW.copy()).unsqueeze(0)
    if image_1HW.shape[-2:] == (size, size):
        return image_1HW
    resized = F.interpolate(image_1HW.unsqueeze(0).float(), (size, size), mode="bilinear", antialias=True)
    return resized.squeeze(0).round().clamp(0, 255).to(torch.uint8)


def fit_normalisation(tensors: Tensors, rows: Sequence[int]) -> Normalisation:
    """Mean and standard deviation over the images of ``rows``: training images only, never others.

    From counts of the 256 levels, a few images at a time: exact, and the same on every device.
    """
    count_L = torch.zeros(256, dtype=torch.int64)
    for start in range(0, len(rows), _CHUNK):
        index = torch.tensor(list(rows[start : start + _CHUNK]), device=tensors.home)
        count_L += torch.bincount(tensors.images_N1HW[index].cpu().flatten(), minlength=256)
    level_L, weight_L = np.arange(256) / 255, count_L.numpy()
    mean = float(np.average(level_L, weights=weight_L))
    variance = float(weight_L @ (level_L - mean) ** 2) / max(int(weight_L.sum()) - 1, 1)
    return Normalisation(mean=mean, std=max(math.sqrt(variance), 1e-3))


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
