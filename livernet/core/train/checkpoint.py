"""``model.safetensors``: weights and, in the metadata, everything needed to use them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import nn

from livernet import __version__
from livernet.core.config import Config
from livernet.core.data.loader import Normalisation
from livernet.core.errors import ConfigError, DataError
from livernet.core.files import sha256, write_bytes
from livernet.core.model.registry import build_model
from livernet.core.presets import config_from_dict
from livernet.core.stages import Grouping

FEATURES = "features.safetensors"
"""The weights that the folds of a baseline begin with, and share where those stay frozen."""
_SHARED = "features."
_HINT = "give a model.safetensors written by 'livernet train' or 'livernet cv'"


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model file says of itself."""

    config: Config
    """All settings of the training, class grouping included, as far as there were labels for them."""
    normalisation: Normalisation
    """Mean and standard deviation of the training images."""
    cohort_sha256: str
    """Of the manifest it was trained on."""
    trained_on: tuple[str, ...]
    """SHA-256 of the pixels of every training picture, at the cohort's own size."""
    fold: int | None = None
    """Fold of a cross-validation; ``None`` for a model trained on its own."""
    preprocessing: dict[str, Any] = field(default_factory=dict)
    """Settings under which the cohort was prepared."""
    training: dict[str, Any] = field(default_factory=dict)
    """Last epoch's figures."""
    features: str = ""
    """SHA-256 of the file of frozen features that goes with it; empty where all weights are its own."""
    version: str = __version__
    """Of the tool that wrote the file."""

    @property
    def grouping(self) -> Grouping:
        """How its classes are made of stages."""
        return Grouping.parse(self.config.grouping)


def save_model(path: Path, model: nn.Module, card: ModelCard) -> None:
    """Write weights and card, atomically; features that the card says are shared are left out."""
    weights = {
        key: value.detach().cpu().contiguous()
        for key, value in model.state_dict().items()
        if not (card.features and key.startswith(_SHARED))
    }
    content = asdict(card) | {"config": card.config.to_dict(), "normalisation": card.normalisation._asdict()}
    write_bytes(path, save(weights, metadata={"livernet": json.dumps(content, ensure_ascii=False)}))


def load_model(path: Path, device: torch.device) -> tuple[nn.Module, ModelCard]:
    """The network, in evaluation mode on ``device``, and its card.

    Raises:
        DataError: the file is missing, damaged, of another program, or its weights fit another network.
    """
    with _opened(path) as file:
        card = _card(path, file.metadata())
        weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
    if card.features:
        shared = read_features(_beside(path), card.features)
        weights |= {f"{_SHARED}{key}": value for key, value in shared.items()}
    with torch.device("meta"):  # no weights are made that would be replaced at once
        model = build_model(card.config)
    try:
        model.load_state_dict({key: value.clone() for key, value in weights.items()}, assign=True)
    except RuntimeError:
        raise DataError(f"{path}: its weights do not fit the network it describes", _HINT) from None
    return model.to(device).to(memory_format=torch.channels_last).eval(), card


def read_card(path: Path) -> ModelCard:
    """What a model file says of itself; its weights are not read.

    Raises:
        DataError: the file is missing, cut short, or of another program.
    """
    with _opened(path) as file:
        return _card(path, file.metadata())


def size_of(path: Path, card: ModelCard) -> int:
    """Bytes of the weights that a model file stands for, those that it shares included."""
    shared = _beside(path)
    return path.stat().st_size + (shared.stat().st_size if card.features and shared.is_file() else 0)


def read_features(path: Path, digest: str) -> dict[str, torch.Tensor]:
    """The weights of a baseline's features, by their names in the file of this SHA-256.

    Raises:
        DataError: the file is missing, or another one.
    """
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if sha256(content) != digest:
        raise DataError(
            f"{path}: is missing or has changed; it holds the features of the networks beside it",
            "repeat the command that made the run, with its --name",
        )
    return load(content)


def _beside(path: Path) -> Path:
    """The file of features beside a model file, or beside the folders of the folds."""
    own = path.parent / FEATURES
    return own if own.is_file() else path.parents[1] / FEATURES


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise DataError(f"{path}: is missing", "repeat the command that made the run, with its --name")
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: cannot be read as a model file ({error})", _HINT) from None


def _card(path: Path, metadata: dict[str, str] | None) -> ModelCard:
    try:
        content = json.loads((metadata or {})["livernet"])
        content["config"] = config_from_dict(content["config"])
        content["normalisation"] = Normalisation(**content["normalisation"])
        content["trained_on"] = tuple(content["trained_on"])
        return ModelCard(**content)
    except ConfigError as error:
        raise DataError(
            f"{path}: was written by another version of livernet ({error})",
            "use it with that version, or train again with this one",
        ) from None
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: does not say how it was made ({error})", _HINT) from None
