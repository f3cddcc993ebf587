"""Filling a configuration: presets, TOML files and ``key=value`` settings, with did-you-mean."""

import dataclasses
import difflib
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from livernet.core.config import Config
from livernet.core.errors import ConfigError

PRESETS: dict[str, dict[str, Any]] = {
    "paper": {},
    "small": {
        "model": {"width": 12},
        "augment": {"gain": 0.3},
        "train": {"size": 256, "epochs": 60, "average": 0.98},
        "vgg": {"patch": 48},
    },
    "quick": {
        "model": {"width": 8, "depth": 4},
        "augment": {"gain": 0.3},
        "train": {"size": 96, "epochs": 40, "average": 0.98},
        "vgg": {"patch": 32},
    },
}
"""What each preset changes of the defaults, which are the paper's.

The small presets see each image a fifth as often as the paper's 250 epochs; averaging the weights (Adadelta's
rate never falls, so late epochs swing) and varying the gain make up for some of that.
"""

_SWITCH = {"true": True, "false": False}


def resolve_preset(preset: str, *, on_gpu: bool) -> str:
    """The preset that ``auto`` stands for (``paper`` on a GPU, else ``quick``), or the one named.

    Raises:
        ConfigError: no preset has that name.
    """
    if preset == "auto":
        return "paper" if on_gpu else "quick"
    if preset not in PRESETS:
        raise ConfigError(f"preset {preset!r} is unknown", f"use auto, {', '.join(PRESETS)}")
    return preset


def load_config(preset: str, file: Path | None = None, settings: Sequence[str] = ()) -> Config:
    """The preset's configuration, changed by a TOML file and then by ``key=value`` settings.

    Raises:
        ConfigError: the file is missing or no TOML, or a key or value cannot be used.
    """
    config = config_from_dict(PRESETS[preset])
    for key, value in _flatten(_read_toml(file)) if file else []:
        config = _replace(config, key.split("."), value, key)
    for setting in settings:
        key, sign, text = setting.partition("=")
        if not sign:
            raise ConfigError(
                f"--set {setting!r} has no '='", "write --set key=value, e.g. --set train.epochs=100"
            )
        config = _replace(config, key.strip().split("."), text.strip(), key.strip())
    return config


def config_from_dict(values: Mapping[str, Any]) -> Config:
    """The inverse of :meth:`Config.to_dict`; absent keys keep their defaults.

    Raises:
        ConfigError: a key is unknown or a value of the wrong type or out of range.
    """
    config = Config()
    for key, value in _flatten(values):
        config = _replace(config, key.split("."), value, key)
    return config


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read ({error.strerror})", "give --config an existing TOML file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: is not valid TOML ({error})", "mend the line it names") from None


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Keys and values; the name of the network comes last, for it decides what the others are checked for."""
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", value))
    return sorted(pairs, key=lambda pair: pair[0] == "model.name")


def _keys(kind: Any, prefix: str = "") -> list[str]:
    found: list[str] = []
    for item in dataclasses.fields(kind):
        inner = get_type_hints(kind)[item.name]
        found += (
            _keys(inner, f"{prefix}{item.name}.")
            if dataclasses.is_dataclass(inner)
            else [f"{prefix}{item.name}"]
        )
    return found


def _replace(config: Any, path: Sequence[str], value: Any, key: str) -> Any:
    hints = get_type_hints(type(config))
    name, rest = path[0], path[1:]
    leaf = name in hints and not dataclasses.is_dataclass(hints[name])
    if name not in hints or leaf == bool(rest):
        raise ConfigError(f"setting {key!r} is unknown", _near(key))
    new = _replace(getattr(config, name), rest, value, key) if rest else _coerce(value, hints[name], key)
    return dataclasses.replace(config, **{name: new})


def _near(key: str) -> str:
    """The setting that was probably meant; where none is close, those of its section."""
    section, _, _ = key.partition(".")
    of_section = [name for name in _keys(Config) if name.startswith(f"{section}.")]
    near = difflib.get_close_matches(key, _keys(Config), n=1, cutoff=0.7 if of_section else 0.4)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"use one of {', '.join(of_section)}" if of_section else "see the README for the settings"


def _coerce(value: Any, kind: Any, key: str) -> Any:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            weight = f"{key}_weight"
            more = f"; its weight is {weight}" if weight in _keys(Config) else ""
            hint = f"use {', '.join(get_args(kind))}{more}"
            raise ConfigError(f"setting {key} = {value!r} is not allowed", hint)
        return value
    wrong = ConfigError(f"setting {key} = {value!r} is not {_article(kind)}", f"give {key} {_article(kind)}")
    if kind is bool:
        if str(value).lower() not in _SWITCH:
            raise wrong
        return _SWITCH[str(value).lower()]
    if isinstance(value, bool) or (kind is int and isinstance(value, float)):
        raise wrong
    try:
        given = kind(value)
    except (TypeError, ValueError):
        raise wrong from None
    if kind is float and not math.isfinite(given):
        raise ConfigError(f"setting {key} = {value!r} is not finite", f"give {key} a finite number")
    return given


def _article(kind: Any) -> str:
    return {int: "a whole number", float: "a number", str: "text", bool: "true or false"}[kind]
