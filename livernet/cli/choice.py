"""From the options that training commands share to a device and settings."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livernet.core.config import Config
from livernet.core.device import Device, choose_device
from livernet.core.presets import load_config, resolve_preset


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a training command will use."""

    preset: str
    """The preset itself, never ``auto``."""
    device: Device
    """Where it computes."""
    configs: tuple[Config, ...]
    """Settings, one network each."""


def resolve(
    preset: str,
    file: Path | None,
    settings: Sequence[str] | None,
    classes: str | None,
    seed: int | None,
    device: str,
    models: Sequence[str],
) -> Choice:
    """The preset, changed by the TOML file, then by ``--set``, then by options with a name of their own.

    Raises:
        ConfigError: a setting is unknown or out of range, or the device is not there.
    """
    chosen = choose_device(device)
    name = resolve_preset(preset, on_gpu=chosen.is_gpu)
    own = [*(settings or [])]
    own += [f"grouping={classes}"] if classes is not None else []
    own += [f"train.seed={seed}"] if seed is not None else []
    configs = tuple(load_config(name, file, [*own, f"model.name={model}"]) for model in models)
    return Choice(preset=name, device=chosen, configs=configs)


def command_line() -> str:
    """The command as it was typed, for run.json."""
    return shlex.join(["livernet", *sys.argv[1:]])
