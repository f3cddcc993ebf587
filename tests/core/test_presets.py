from pathlib import Path

import pytest

from livernet.core.config import Config
from livernet.core.errors import ConfigError
from livernet.core.presets import PRESETS, config_from_dict, load_config, resolve_preset


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid_and_survive_a_round_trip(preset: str) -> None:
    config = load_config(preset)
    assert config_from_dict(config.to_dict()) == config


def test_paper_preset_is_the_default() -> None:
    assert load_config("paper") == Config()


def test_auto() -> None:
    assert resolve_preset("auto", on_gpu=True) == "paper"
    assert resolve_preset("auto", on_gpu=False) == "quick"
    assert resolve_preset("small", on_gpu=True) == "small"


def test_unknown_preset() -> None:
    with pytest.raises(ConfigError, match="preset 'fast' is unknown"):
        resolve_preset("fast", on_gpu=False)


def test_file_then_settings(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('grouping = "5"\n[train]\nepochs = 7\nlr = 1\n[model]\nnorm = "group"\n')
    config = load_config("quick", file, ["train.epochs=9", "loss.stage_weight=0.5"])
    assert (config.grouping, config.train.epochs, config.model.norm) == ("5", 9, "group")
    assert (config.loss.stage_weight, config.train.lr, config.train.size) == (0.5, 1.0, 96)


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("train.epoch=5", "'train.epoch' is unknown", "did you mean 'train.epochs'?"),
        ("epochs=5", "'epochs' is unknown", "did you mean 'train.epochs'?"),
        ("model=5", "'model' is unknown", "use one of model.name, model.width"),
        ("loss.activation=softmax", "'loss.activation' is unknown", "use one of loss.fine, loss.middle"),
        ("loss.stages=ordinal", "'loss.stages' is unknown", "did you mean 'loss.stage'?"),
        ("train.lr=inf", "train.lr = 'inf' is not finite", "give train.lr a finite number"),
        ("loss.fine=nan", "loss.fine = 'nan' is not finite", "give loss.fine a finite number"),
        ("train.epochs.x=5", "'train.epochs.x' is unknown", "did you mean 'train.epochs'?"),
        (
            "train.epochs=ten",
            r"train.epochs = 'ten' is not a whole number",
            "give train.epochs a whole number",
        ),
        ("train.lr=high", r"train.lr = 'high' is not a number", "give train.lr a number"),
        ("model.norm=layer", r"model.norm = 'layer' is not allowed", "use none, batch, group, instance"),
        *(
            (
                f"loss.stage={value}",
                f"loss.stage = '{value}' is not allowed",
                "use equation7, equation7-sigmoid, cross-entropy, ordinal; its weight is loss.stage_weight",
            )
            for value in ("focal", "0.5")
        ),
        ("train.epochs", r"has no '='", "write --set key=value"),
    ],
)
def test_bad_settings(setting: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_config("paper", None, [setting])
    assert hint in caught.value.hint


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load_config("paper", tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("train = [")
    with pytest.raises(ConfigError, match=r"broken\.toml: is not valid TOML"):
        load_config("paper", broken)
    broken.write_text("[train]\nepochs = 2.5")
    with pytest.raises(ConfigError, match="is not a whole number"):
        load_config("paper", broken)
    broken.write_text("[train]\nepochs = true")
    with pytest.raises(ConfigError, match="is not a whole number"):
        load_config("paper", broken)


def test_switches(tmp_path: Path) -> None:
    assert load_config("paper", None, ["train.checkpoint=True"]).train.checkpoint
    file = tmp_path / "own.toml"
    file.write_text("[train]\ncheckpoint = true\n")
    assert load_config("paper", file).train.checkpoint
    assert not load_config("paper", file, ["train.checkpoint=false"]).train.checkpoint
    for wrong in ("1", "yes", ""):
        with pytest.raises(ConfigError, match="is not true or false"):
            load_config("paper", None, [f"train.checkpoint={wrong}"])


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_fit_the_baselines_and_their_settings_survive_a_round_trip(preset: str) -> None:
    config = load_config(preset, None, ["train.size=160", "vgg.patch=96", "model.name=vgg16"])
    assert config_from_dict(config.to_dict()) == config
    assert load_config(preset, None, ["model.name=vgg19"]).is_baseline


def test_a_patch_larger_than_the_picture_is_refused_whatever_the_order(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[model]\nname = 'vgg16'\n[train]\nsize = 48\n[vgg]\npatch = 40\n")
    assert load_config("paper", file).vgg.patch == 40
    with pytest.raises(ConfigError, match=r"vgg\.patch = 64 is out of range") as caught:
        load_config("paper", None, ["train.size=48", "model.name=vgg16"])
    assert caught.value.hint == "it must be at most train.size, 48"
