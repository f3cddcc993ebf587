"""One training of the study of masks, and what it says of pictures that it never saw.

Shape suffixes: N pictures, H rows, W columns, D values of a small picture.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from livernet.core.config import Config
from livernet.core.device import Device
from livernet.core.infer.forward import Network, enlarge, infer, to_bytes
from livernet.core.metrics.segmentation import dice
from livernet.core.presets import load_config
from livernet.core.train.loop import train_model
from tests.benchmarks.studies.mask_cohorts import Data

Copy = tuple[bool, float]
AVERAGES: dict[str, tuple[Copy, ...]] = {
    "single": ((False, 1.0),),
    "mirrored": ((False, 1.0), (True, 1.0)),
    "scaled": ((False, 1.0), (False, 0.85), (False, 1.15)),
    "both": tuple((mirror, scale) for mirror in (False, True) for scale in (1.0, 0.85, 1.15)),
}
"""Copies of a picture whose answers are averaged: mirrored or not, and scaled."""
_NEAR = 0.98
"""Correlation of small pictures from which on one is a near copy of the other."""
_DARK = 8
_LEAST_LIVER = 0.05
_TAUGHT = 28


class Recipe(NamedTuple):
    """What a network of the study is made of."""

    settings: tuple[str, ...]
    extras: tuple[str, ...] = ()
    """``rus``: its pictures train too. ``selftrain``: unlabelled frames do, with masks of a first network."""


class Trial(NamedTuple):
    """A trained network and what it took."""

    network: Network
    seconds: float
    cpu_seconds: float
    pictures: int


def config_of(recipe: Recipe, pictures: int, steps: int) -> Config:
    """The recipe's settings, with as many epochs as make ``steps`` steps on ``pictures`` pictures."""
    config = load_config("quick", None, recipe.settings)
    epochs = round(steps / -(-pictures // config.train.batch))
    return load_config("quick", None, [*recipe.settings, f"train.epochs={epochs}"])


def train(data: Data, rows: Sequence[int], recipe: Recipe, steps: int, device: Device, number: int) -> Trial:
    """Train on rows of ``aul`` and whatever else the recipe adds."""
    started, cpu = time.perf_counter(), time.process_time()
    rows = [*rows, *(data.rows["rus"] if "rus" in recipe.extras else ())]
    if "selftrain" in recipe.extras:
        teacher = _network(data, rows, config_of(recipe, len(rows), steps // 2), device, number)
        masks = confident_masks(data, teacher, device)
        data, rows = data.with_masks(masks), [*rows, *masks]
    network = _network(data, rows, config_of(recipe, len(rows), steps), device, number)
    return Trial(network, time.perf_counter() - started, time.process_time() - cpu, len(rows))


def answers(
    network: Network, images_N1HW: Tensor, device: Device, average: str = "both"
) -> dict[Copy, NDArray[np.float32]]:
    """Liver probabilities (N, H, W) of each copy, brought back to the picture's own place."""
    return {copy: _answer(network, images_N1HW, device, *copy) for copy in AVERAGES[average]}


def averaged(found: dict[Copy, NDArray[np.float32]], average: str) -> NDArray[np.float32]:
    """Mean of the answers to some copies."""
    mean_NHW: NDArray[np.float32] = np.mean([found[copy] for copy in AVERAGES[average]], axis=0)
    return mean_NHW


def scores(data: Data, rows: Sequence[int], network: Network, device: Device) -> dict[str, dict[str, float]]:
    """Dice at the size of the prepared picture, by average and image."""
    found = answers(network, data.tensors.images_N1HW[list(rows)], device)
    return {
        average: {
            data.image(row): round(dice(to_mask(liver_HW, data.expert(row).shape[0]), data.expert(row)), 5)
            for row, liver_HW in zip(rows, averaged(found, average), strict=True)
        }
        for average in AVERAGES
    }


def to_mask(liver_HW: NDArray[np.float32], size: int) -> NDArray[np.bool_]:
    """The mask of a probability map, as ``cv`` makes it."""
    return to_bytes(enlarge(liver_HW, size)) >= 128


def confident_masks(data: Data, network: Network, device: Device) -> dict[int, NDArray[np.bool_]]:
    """Masks of unlabelled frames that show liver and of which the network is surest, by row.

    One frame of each row of near copies, and as many of each subject. How sure the network is: the mean
    distance of the probability from one half, over the pixels that show an echo.
    """
    rows = data.rows["unlabelled"]
    images = data.tensors.images_N1HW[rows].cpu()
    liver_NHW = torch.from_numpy(averaged(answers(network, images, device), "both"))
    lit_NHW = images[:, 0] > _DARK
    sure_N = ((liver_NHW - 0.5).abs() * lit_NHW).sum((1, 2)) / lit_NHW.sum((1, 2)).clamp(min=1)
    share_N = (liver_NHW >= 0.5).float().mean((1, 2))
    small_ND = F.adaptive_avg_pool2d(images.float(), 16).flatten(1)
    small_ND = F.normalize(small_ND - small_ND.mean(1, keepdim=True), dim=1)
    kept: list[int] = []
    for place in sure_N.argsort(descending=True).tolist():
        if share_N[place] > _LEAST_LIVER and not (kept and (small_ND[kept] @ small_ND[place]).max() > _NEAR):
            kept.append(place)
    by_subject: dict[str, list[int]] = {}
    for place in kept:
        by_subject.setdefault(data.cohort[rows[place]][1].patient, []).append(place)
    each = _TAUGHT // max(1, len(by_subject))
    return {
        rows[place]: liver_NHW[place].numpy() >= 0.5
        for places in by_subject.values()
        for place in places[:each]
    }


def _network(data: Data, rows: Sequence[int], config: Config, device: Device, number: int) -> Network:
    trained = train_model(data.tensors, rows, config, device, fold=number)
    return Network(model=trained.model, config=config, normalisation=trained.normalisation)


def _answer(
    network: Network, images_N1HW: Tensor, device: Device, mirror: bool, scale: float
) -> NDArray[np.float32]:
    copy_N1HW = images_N1HW.flip(-1) if mirror else images_N1HW
    if scale != 1:
        copy_N1HW = _zoom(copy_N1HW.float(), scale).round().clamp(0, 255).to(torch.uint8)
    liver_N1HW = torch.from_numpy(infer(network, copy_N1HW, device).liver_NHW).unsqueeze(1)
    if scale != 1:
        liver_N1HW = _zoom(liver_N1HW, 1 / scale)
    liver_NHW: NDArray[np.float32] = (liver_N1HW.flip(-1) if mirror else liver_N1HW)[:, 0].numpy()
    return liver_NHW


def _zoom(picture_N1HW: Tensor, scale: float) -> Tensor:
    theta = torch.tensor([[1 / scale, 0.0, 0.0], [0.0, 1 / scale, 0.0]], device=picture_N1HW.device)
    grid = F.affine_grid(theta.expand(len(picture_N1HW), 2, 3), list(picture_N1HW.shape), align_corners=False)
    return F.grid_sample(picture_N1HW, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
