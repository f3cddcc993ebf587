"""From the options that training commands share to a device and settings."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livernet.cli.console import err, note
from livernet.core.config import Config
from livernet.core.device import Device, choose_device, precision_notice
from livernet.core.errors import ConfigError
from livernet.core.presets import PRESETS, load_config, resolve_preset
from livernet.core.processes import ALONE, Crew
from livernet.core.train.estimate import estimate_seconds, human_time


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a training command will use."""

    preset: str
    """The preset itself, never ``auto``."""
    device: Device
    """Where it computes."""
    configs: tuple[Config, ...]
    """Settings, one network each."""
    others: dict[str, tuple[Config, ...]]
    """The same networks by the other presets, where it was left to ``auto`` and nothing was changed."""


def resolve(
    preset: str,
    file: Path | None,
    settings: Sequence[str] | None,
    classes: str | None,
    seed: int | None,
    device: str,
    models: Sequence[str],
    weights: Sequence[str] | None = None,
) -> Choice:
    """The preset, changed by the TOML file, then by ``--set``, then by options with a name of their own.

    Raises:
        ConfigError: a setting is unknown or out of range, weights are given for no network or for some alone,
            or the device is not there.
    """
    chosen = choose_device(device)
    name = resolve_preset(preset, on_gpu=chosen.is_gpu)
    own = [*(settings or [])]
    own += [f"grouping={classes}"] if classes is not None else []
    own += [f"train.seed={seed}"] if seed is not None else []
    begin = _weights(models, weights or [])
    configs = tuple(load_config(name, file, [*own, *begin[model], f"model.name={model}"]) for model in models)
    free = preset == "auto" and file is None and not settings
    names = [f"model.name={model}" for model in models]
    others = {
        other: tuple(load_config(other, None, [name_of]) for name_of in names)
        for other in PRESETS
        if free and other != name
    }
    return Choice(preset=name, device=chosen, configs=configs, others=others)


def _weights(models: Sequence[str], weights: Sequence[str]) -> dict[str, list[str]]:
    """The setting of each network for the --weights given: one for all of the baselines, or one for each.

    The paper's network, which has no use for it, has that of the first baseline: its settings are those that
    run.json tells.
    """
    baselines = [model for model in models if model != "livernet"]
    if weights and not baselines:
        raise ConfigError("--weights is for --model vgg16 and vgg19 alone", "leave it away")
    if weights and len(weights) not in {1, len(baselines)}:
        raise ConfigError(
            f"--weights is given {len(weights)} times, for {len(baselines)} VGG networks",
            "give it once for all of them, or once for each in the order of --model",
        )
    each = [*weights] * (len(baselines) if len(weights) == 1 else 1)
    settings = [[f"vgg.weights={one}"] for one in each] or [[] for _ in baselines]
    first = settings[0] if settings else []
    return dict.fromkeys(models, first) | dict(zip(baselines, settings, strict=True))


def announce(choice: Choice, images: int, trainings: int, crew: Crew = ALONE) -> None:
    """The first line: preset, device and size, and how long it takes here; then the other presets' times.

    One step is timed for each; ``trainings`` networks learn from ``images`` images each.
    """
    first = choice.configs[0]

    def estimate(configs: Sequence[Config]) -> float:
        return sum(estimate_seconds(one, images, trainings, choice.device, crew) for one in configs)

    with err.status("timing one training step of each preset"):
        seconds = estimate(choice.configs)
        others = {name: estimate(configs) for name, configs in choice.others.items()}
    own = [config for config in choice.configs if not config.is_baseline]
    width = f"width {own[0].model.width}, " if own else ""
    note(
        f"preset {choice.preset} on {choice.device.name}: {first.train.size} px, {width}"
        f"{first.train.epochs} epoch{'s' * (first.train.epochs != 1)}; about {human_time(seconds)}"
        + "".join(f"; --preset {name}: about {human_time(value)}" for name, value in others.items())
    )
    for notice in (choice.device.notice, precision_notice(choice.device, first.train.precision)):
        if notice:
            note(notice)


def command_line() -> str:
    """The command as it was typed, for run.json."""
    return shlex.join(["livernet", *sys.argv[1:]])
