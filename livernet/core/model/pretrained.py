"""Where the features of a baseline begin: ImageNet's weights, a file, or random numbers."""

import hashlib
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.hub import download_url_to_file, get_dir

from livernet.core.errors import DataError, OutputError
from livernet.core.model.vgg import VggFeatures

_PREFIX = "features."
"""Of the convolutions in torchvision's networks; its classifier of 1000 things is not used."""
_OURS = "layers."
_DAMAGED = (
    SafetensorError, OSError, EOFError, RuntimeError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip
"""What readers raise of files that are none of theirs, beside the refusal to run what a pickle holds."""


class Pretrained(NamedTuple):
    """The weights of a network's convolutions."""

    state: dict[str, Tensor]
    """By the names of :class:`livernet.core.model.vgg.VggFeatures`, float32."""
    source: str
    """Where they come from, for people: the name of a file without its folder."""


def load_pretrained(name: str, weights: str, seed: int) -> Pretrained:
    """The weights that ``vgg.weights`` asks for.

    Args:
        name: of the network, ``vgg16`` or ``vgg19``.
        weights: ``imagenet``, ``none`` or the path of a state dict, .pth or .safetensors.
        seed: of random ones.

    Raises:
        DataError: the file is missing, damaged, of another network, or holds more than weights; ImageNet's
            are neither here nor to be had.
    """
    if weights == "none":
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            features = VggFeatures(name)
            features.initialise()
        return Pretrained(dict(features.state_dict()), "none: random numbers")
    file = _imagenet(name) if weights == "imagenet" else Path(weights)
    found = _read(file, name)
    with torch.device("meta"):
        expected = VggFeatures(name).state_dict()
    _check(file, name, found, expected)
    state = {key: found[_theirs(key)].float().contiguous() for key in expected}
    if not all(bool(value.isfinite().all()) for value in state.values()):
        raise DataError(f"{file}: has weights that are no finite numbers", _hint(name))
    return Pretrained(state, f"ImageNet, {file.name}" if weights == "imagenet" else file.name)


def _theirs(key: str) -> str:
    return _PREFIX + key.removeprefix(_OURS)


def _hint(name: str) -> str:
    return f"give --weights a state dict of torchvision's {name}, .pth or .safetensors, or --weights none"


def _imagenet(name: str) -> Path:
    """torchvision's file in torch's own folder; fetched where it is not there, its hash checked."""
    url = _imagenet_url(name)
    file = Path(get_dir()) / "checkpoints" / url.rpartition("/")[2]
    mark = file.stem.rpartition("-")[2]
    remedy = f"fetch {url} and put it into {file.parent}, or give --weights FILE or --weights none"
    if not file.is_file():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            download_url_to_file(url, str(file), hash_prefix=mark, progress=False)
        except PermissionError as error:
            raise OutputError(f"{file}: cannot be written ({error.strerror})", remedy) from None
        except (OSError, RuntimeError) as error:
            told = f"ImageNet's weights for {name} are not here, and {url} cannot be fetched ({error})"
            raise DataError(told, remedy) from None
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    if not digest.startswith(mark):
        raise DataError(f"{file}: is damaged or another file (SHA-256 does not begin with {mark})", remedy)
    return file


def _imagenet_url(name: str) -> str:
    import torchvision  # a second to import, for the baselines alone

    return str(torchvision.models.get_model_weights(name).IMAGENET1K_V1.url)


def _read(file: Path, name: str) -> Mapping[str, Any]:
    if not file.is_file():
        raise DataError(f"{file}: {'is no file' if file.exists() else 'does not exist'}", _hint(name))
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        with warnings.catch_warnings(action="ignore"):
            found = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise DataError(
            f"{file}: holds more than weights, or is damaged: it was not loaded", _hint(name)
        ) from None
    except _DAMAGED:
        raise DataError(f"{file}: is cut short, damaged, or no file of weights", _hint(name)) from None
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise DataError(f"{file}: is no state dict, which has a tensor for each name", _hint(name))
    return found


def _check(file: Path, name: str, found: Mapping[str, Any], expected: Mapping[str, Tensor]) -> None:
    """Raise where a weight is missing, too many, or of another shape; the first one is named."""
    for key, value in expected.items():
        other = found.get(_theirs(key))
        if not isinstance(other, Tensor) or not other.is_floating_point():
            raise DataError(f"{file}: has no weights called {_theirs(key)}, which {name} needs", _hint(name))
        if other.shape != value.shape:
            shapes = f"{tuple(other.shape)}, in {name} {tuple(value.shape)}"
            raise DataError(f"{file}: {_theirs(key)} has the shape {shapes}", _hint(name))
    known = {_theirs(key) for key in expected}
    more = next((key for key in found if key.startswith(_PREFIX) and key not in known), None)
    if more is not None:
        raise DataError(f"{file}: {more} is no part of {name}: it is of another network", _hint(name))
