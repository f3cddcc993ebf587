"""What the folds of a baseline share: where its features begin, and the features of the cohort's patches.

Both are files of the run folder, so that folds in other processes, and a run that is continued, find them.
Shape suffixes: N images of the cohort, P patches of an image, F features.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.data.loader import Tensors
from livernet.core.data.manifest import Cohort
from livernet.core.data.patches import Windows, fixed_generator, place_windows
from livernet.core.data.prepared import read_grey
from livernet.core.device import Device, number_format
from livernet.core.errors import DataError
from livernet.core.files import sha256, write_bytes
from livernet.core.infer.patches import patch_features, predicted_windows
from livernet.core.memory import give_back_freed_memory
from livernet.core.model.pretrained import load_pretrained
from livernet.core.model.vgg import Vgg, VggFeatures, VggHead
from livernet.core.train.checkpoint import FEATURES, read_features
from livernet.core.train.lesson import Lesson
from livernet.core.train.patches import frozen_lesson, tuned_lesson

PATCHES = "patches.safetensors"


class Start(NamedTuple):
    """The weights that a baseline's features begin with, as they are written."""

    content: bytes
    """A safetensors file."""
    sha256: str
    source: str
    """Where they come from, for people."""

    def facts(self) -> dict[str, str]:
        """For run.json."""
        return {"source": self.source, "sha256": self.sha256}


class Beginnings(NamedTuple):
    """What the baselines of a run begin with, read and checked before anything is trained."""

    starts: dict[str, Start]
    """By name of the network; empty in a run without a baseline."""
    windows: list[Windows]
    """The training patches of every image of the cohort."""

    def facts(self) -> dict[str, dict[str, str]] | None:
        """For run.json."""
        return {name: start.facts() for name, start in self.starts.items()} or None


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """How a fold of a baseline finds what it shares with the others."""

    folder: Path
    """Of the files that are shared."""
    sha256: str
    """Of the file of features."""
    guide: Path | None
    """Folder with the folds of the network whose masks say where test patches lie; ``None`` without one."""

    def weights(self) -> dict[str, Tensor]:
        """Of the features, before any training here.

        Raises:
            DataError: the file is missing or has changed.
        """
        return read_features(self.folder / FEATURES, self.sha256)

    def lesson(self, tensors: Tensors, rows: Sequence[int], config: Config, device: Device) -> Lesson:
        """What a fold learns from.

        Raises:
            DataError: no row has a stage, or a shared file is missing.
        """
        if config.vgg.features == "tuned":
            return tuned_lesson(self.weights(), tensors, rows, config, device.torch)
        try:
            with safe_open(self.folder / PATCHES, framework="pt") as file:
                feature_NPF = file.get_tensor("features")
        except (OSError, SafetensorError):
            raise DataError(
                f"{self.folder / PATCHES}: is missing or damaged",
                "repeat the command of the run, with its --name: the file is made again",
            ) from None
        return frozen_lesson(feature_NPF, tensors, rows, config, device.torch)

    def whole(self, trained: nn.Module, config: Config) -> nn.Module:
        """The whole network in evaluation mode, of a head that was trained on frozen features."""
        if not isinstance(trained, VggHead):
            return trained
        device = trained.mean_F.device
        model = Vgg(VggFeatures.of(config.model.name, self.weights()), trained).to(device)
        return model.to(memory_format=torch.channels_last).eval()

    def windows(
        self, tensors: Tensors, rows: Sequence[int], cohort: Cohort, config: Config, fold: int
    ) -> list[Windows]:
        """The patches of test images: inside the mask that was predicted of each, else in the sector."""
        found: list[Windows] = []
        for row in rows:
            liver_SS = None
            if self.guide is not None:
                name = PurePosixPath(cohort.rows[row].image).stem
                mask = self.guide / f"fold-{fold:02d}" / "masks" / f"{name}.png"
                liver_SS = read_grey(mask) >= 128 if mask.is_file() else None
            found.append(predicted_windows(tensors.images_N1HW[row], liver_SS, config, tensors.hashes[row]))
        return found


def find_beginnings(configs: Sequence[Config], tensors: Tensors, cohort: Cohort) -> Beginnings:
    """What the baselines among these networks need; their settings differ in name and weights alone.

    Raises:
        DataError: no image has a stage, a picture is black, or as of
            :func:`livernet.core.model.pretrained.load_pretrained`.
        OutputError: ImageNet's weights cannot be kept.
    """
    baselines = [config for config in configs if config.is_baseline]
    if not baselines:
        return Beginnings({}, [])
    names = [str(config.model.name) for config in baselines]
    if all(row.stage is None for row in cohort.rows):
        learn = "learns" if len(names) == 1 else "learn"
        raise DataError(
            f"{cohort.folder}: no image has a stage, which {' and '.join(names)} {learn} from",
            "fill in the stage column of the manifest, or leave that --model away",
        )
    starts = {name: _load_start(config) for name, config in zip(names, baselines, strict=True)}
    return Beginnings(starts, training_windows(tensors, cohort, baselines[0]))


def published(config: Config) -> Config:
    """The settings as files of a run tell them to others: without the folder where weights lay."""
    return replace(config, vgg=replace(config.vgg, weights=Path(config.vgg.weights).name))


def _load_start(config: Config) -> Start:
    state, source = load_pretrained(config.model.name, config.vgg.weights, config.train.seed)
    content = save(state)
    return Start(content, sha256(content), source)


def training_windows(tensors: Tensors, cohort: Cohort, config: Config) -> list[Windows]:
    """The fixed patches of every image of a cohort: inside the expert's mask, else in the sector.

    Raises:
        DataError: a picture is black.
    """
    found: list[Windows] = []
    for place, row in enumerate(cohort.rows):
        image_HW = tensors.images_N1HW[place, 0].cpu().numpy()
        liver_HW = tensors.masks_N1HW[place, 0].cpu().numpy() > 0 if row.mask else None
        generator = fixed_generator(config.train.seed, tensors.hashes[place])
        try:
            found.append(place_windows(image_HW, liver_HW, config, generator))
        except DataError as error:
            raise DataError(f"{cohort.folder / row.image}: {error.message}", error.hint) from None
    return found


def count_windows(windows: Sequence[Windows]) -> dict[str, int]:
    """How many images had their patches from the mask, from the sector or whole, and how many centred."""
    counts = Counter[str](one.found for one in windows)
    return {name: counts[name] for name in ("mask", "sector", "whole")} | {
        "centred": sum(one.centred for one in windows)
    }


def prepare(
    folder: Path,
    beginnings: Beginnings,
    tensors: Tensors,
    config: Config,
    device: Device,
    guide: Path | None = None,
) -> Baseline:
    """Write what the folds share into ``folder``, unless it is there.

    Args:
        folder: of the network in its run.
        beginnings: weights and training patches.
        tensors: the cohort.
        config: settings of the network.
        device: where frozen features are computed.
        guide: folder of the network whose masks say where test patches lie.

    Raises:
        OutputError: a file cannot be written.
    """
    start, windows = beginnings.starts[config.model.name], beginnings.windows
    file = folder / FEATURES
    if not file.is_file() or sha256(file.read_bytes()) != start.sha256:
        write_bytes(file, start.content)
    baseline = Baseline(folder=folder, sha256=start.sha256, guide=guide)
    if config.vgg.features == "frozen":
        key = _key(start, windows, tensors, config, device)
        if _made_of(folder / PATCHES) != key:
            features = VggFeatures.of(config.model.name, baseline.weights())
            features = features.to(device.torch).to(memory_format=torch.channels_last).eval()
            feature_NPF = patch_features(features, tensors.images_N1HW, windows, config, device)
            write_bytes(folder / PATCHES, save({"features": feature_NPF}, metadata={"made_of": key}))
            give_back_freed_memory()
    return baseline


def _key(start: Start, windows: Sequence[Windows], tensors: Tensors, config: Config, device: Device) -> str:
    """What the features of a cohort's patches depend on."""
    places = [(one.corner_P2.tolist(), one.side) for one in windows]
    formats = str(number_format(device, config.train.precision))
    return sha256(json.dumps([start.sha256, formats, tensors.hashes, config.train.size, places]).encode())


def _made_of(file: Path) -> str:
    try:
        with safe_open(file, framework="pt") as opened:
            return str((opened.metadata() or {}).get("made_of"))
    except (OSError, SafetensorError):
        return ""
