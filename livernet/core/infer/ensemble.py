"""The answer of a run's networks to prepared pictures; a picture is answered by networks that never saw it.

Shape suffixes: N pictures, S side of a prepared picture, K classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livernet.core.data.loader import resize_image
from livernet.core.data.patches import Windows
from livernet.core.data.prepared import pixel_hash
from livernet.core.device import Device
from livernet.core.infer.forward import Network, enlarge, infer, to_bytes
from livernet.core.infer.models import RunModels
from livernet.core.infer.patches import infer_patches, predicted_windows
from livernet.core.train.checkpoint import load_model, size_of

_TOGETHER = 1 << 30
"""Bytes of networks that stay in memory together."""


@dataclass(frozen=True, kw_only=True)
class Voters:
    """Which networks answer one picture, and why."""

    members: tuple[int, ...]
    """Places in the run's list of model files."""
    saw: int
    """How many networks of the run were trained on the picture."""
    of: int
    """How many networks the run has."""

    @property
    def trained(self) -> bool:
        """Whether the answer comes from networks that were trained on the picture."""
        return self.saw == self.of

    @property
    def notice(self) -> str:
        """What the reader must know of it; empty for a picture that no network was trained on."""
        if not self.saw:
            return ""
        if self.trained:
            return "seen in training: this answer says nothing about new scans"
        if len(self.members) == 1:
            return f"a training picture: answered by fold {self.members[0]} alone, which did not see it"
        folds = ", ".join(str(member) for member in self.members)
        return f"a training picture: answered by folds {folds}, which did not see it"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the networks of a run say of one picture."""

    probabilities: tuple[float, ...]
    """Mean class probabilities, length K."""
    liver_SS: NDArray[np.float32] = field(repr=False)
    """Mean liver probability of every pixel of the prepared picture."""
    voters: Voters
    """Who answered."""
    patches: Windows | None = None
    """Where a baseline's patches lay, at the training size; ``None`` for the paper's network."""


def choose_voters(models: RunModels, image_hash: str) -> Voters:
    """The networks not trained on the picture with this pixel hash; all of them where every one was."""
    count = len(models.cards)
    unseen = tuple(n for n, seen in enumerate(models.trained_on) if image_hash not in seen)
    return Voters(members=unseen or tuple(range(count)), saw=count - len(unseen), of=count)


class Networks:
    """The networks of a run on a device; those of a small run are read once, others each time they answer."""

    def __init__(self, models: RunModels, device: Device) -> None:
        """Nothing is read before it is asked for."""
        self.models = models
        self.device = device
        self._kept: dict[int, Network] = {}
        self._keep = sum(map(size_of, models.files, models.cards)) <= _TOGETHER
        self.guide = Networks(models.guide, device) if models.guide else None

    def get(self, place: int) -> Network:
        """The network of a place in the run's list of model files.

        Raises:
            DataError: its file is damaged.
        """
        if place in self._kept:
            return self._kept[place]
        model, card = load_model(self.models.files[place], self.device.torch)
        network = Network(
            model=model, config=card.config, normalisation=card.normalisation, learnt=self.models.learnt
        )
        if self._keep:
            self._kept[place] = network
        return network


def answer(networks: Networks, images: Sequence[NDArray[np.uint8]]) -> Iterator[Answer]:
    """Mean answer of the networks that may answer each prepared picture, in the order of the pictures.

    Args:
        networks: of one run.
        images: uint8 pictures (S, S); sides may differ.

    Raises:
        DataError: a model file is damaged, or a baseline is asked about a black picture.
    """
    models = networks.models
    voters = [choose_voters(models, pixel_hash(image)) for image in images]
    size = models.cards[0].config.train.size
    images_N1HW = torch.stack([resize_image(image, size) for image in images])
    probability_NK = np.zeros((len(images), len(models.cards[0].grouping)))
    liver_NHW = np.zeros((len(images), size, size), dtype=np.float32)
    windows = _windows(networks, images, images_N1HW)
    for place in range(len(models.files)):
        asked = [n for n, chosen in enumerate(voters) if place in chosen.members]
        if asked:
            network, some = networks.get(place), images_N1HW[asked]
            if windows:
                cut = [windows[n] for n in asked]
                inferred = infer_patches(network, some, cut, networks.device).inferred
            else:
                inferred = infer(network, some, networks.device)
            probability_NK[asked] += inferred.probability_NK
            liver_NHW[asked] += inferred.liver_NHW
    for n, chosen in enumerate(voters):
        yield Answer(
            probabilities=tuple((probability_NK[n] / len(chosen.members)).tolist()),
            liver_SS=enlarge(liver_NHW[n] / np.float32(len(chosen.members)), len(images[n])),
            voters=chosen,
            patches=windows[n] if windows else None,
        )


def _windows(networks: Networks, images: Sequence[NDArray[np.uint8]], images_N1HW: Tensor) -> list[Windows]:
    """A baseline's patches: inside the masks that the same folds' guides predict, else in the sector."""
    config = networks.models.cards[0].config
    if not config.is_baseline:
        return []
    livers: list[NDArray[np.bool_] | None] = [None] * len(images)
    if networks.guide:
        livers = [to_bytes(said.liver_SS) >= 128 for said in answer(networks.guide, images)]
    return [
        predicted_windows(image_1HW, liver_SS, config, pixel_hash(image))
        for image, image_1HW, liver_SS in zip(images, images_N1HW, livers, strict=True)
    ]
