from dataclasses import replace
from pathlib import Path

import pytest

from livernet.cli.choice import Choice, announce, command_line, resolve
from livernet.core.device import choose_device
from livernet.core.errors import ConfigError
from tests.tiny_cohort import tiny_config


def test_options_come_after_settings_after_the_file_after_the_preset(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("grouping = '4'\n[train]\nseed = 1\nepochs = 7\nbatch = 3\n")
    choice = resolve(
        "quick", tmp_path / "c.toml", ["train.epochs=9", "train.seed=2"], "2", 5, "cpu", ["livernet"]
    )
    (config,) = choice.configs
    assert (config.train.batch, config.train.epochs, config.train.seed) == (3, 9, 5)
    assert config.grouping == "2"
    assert (choice.preset, choice.device.torch.type) == ("quick", "cpu")


def test_auto_is_quick_without_a_gpu() -> None:
    assert resolve("auto", None, None, None, None, "cpu", ["livernet"]).preset == "quick"


def test_the_other_presets_are_told_only_where_nothing_was_chosen() -> None:
    assert set(resolve("auto", None, None, None, 3, "cpu", ["livernet"]).others) == {"paper", "small"}
    assert resolve("auto", None, ["train.epochs=3"], None, None, "cpu", ["livernet"]).others == {}
    assert resolve("quick", None, None, None, None, "cpu", ["livernet"]).others == {}


def test_the_first_line_names_preset_device_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    tiny = tiny_config()
    choice = Choice(
        preset="quick",
        device=choose_device("cpu"),
        configs=(tiny,),
        others={"small": (tiny_config(epochs=10**7),)},
    )
    announce(choice, images=10, trainings=2)
    said = " ".join(capsys.readouterr().err.split())
    assert "note: preset quick on CPU (" in said
    assert "32 px, width 2, 1 epoch; about " in said
    assert "--preset small: about " in said
    assert said.endswith("days")


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"model\.name = 'resnet'"):
        resolve("quick", None, None, None, None, "cpu", ["resnet"])


def test_the_command_line_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/livernet", "cv", "my cohort"])
    assert command_line() == "livernet cv 'my cohort'"


def test_what_the_device_cannot_do_is_told_in_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    device = replace(choose_device("cpu"), bf16=False, notice="the GPU cannot be used")
    for precision, said in (
        ("auto", "has no bf16 instructions: convolutions run in fp32"),
        ("bf16", "has no bf16 instructions: bf16 is emulated"),
        ("tf32", "tf32 is a format of NVIDIA GPUs: convolutions run in fp32"),
        ("fp32", "the GPU cannot be used"),
    ):
        configs = (tiny_config(precision=precision),)
        announce(Choice(preset="quick", device=device, configs=configs, others={}), images=1, trainings=1)
        lines = capsys.readouterr().err.splitlines()
        assert lines[0].startswith("note: preset quick on CPU (")
        assert lines[1] == "note: the GPU cannot be used"
        assert said in lines[-1]
        assert len(lines) == (2 if precision == "fp32" else 3)


def weights(models: list[str], given: list[str]) -> list[str]:
    choice = resolve("quick", None, None, None, None, "cpu", models, given)
    return [config.vgg.weights for config in choice.configs]


def test_weights_are_for_all_baselines_or_for_each_in_turn() -> None:
    models = ["livernet", "vgg16", "vgg19"]
    assert weights(models, []) == ["imagenet"] * 3
    assert weights(models, ["none"]) == ["none"] * 3
    assert weights(models, ["a.pth", "b.pth"]) == ["a.pth", "a.pth", "b.pth"]
    assert weights(["vgg19"], ["c.pth"]) == ["c.pth"]
    with pytest.raises(ConfigError, match="--weights is given 3 times, for 2 VGG networks"):
        weights(models, ["a", "b", "c"])
    with pytest.raises(ConfigError, match="--weights is for --model vgg16 and vgg19 alone"):
        weights(["livernet"], ["none"])


def test_the_other_presets_are_those_of_the_networks_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    choice = resolve("auto", None, None, None, None, "cpu", ["vgg16", "vgg19"])
    names = [[config.model.name for config in configs] for configs in choice.others.values()]
    assert names == [["vgg16", "vgg19"]] * 2
    announce(choice, images=10, trainings=2)
    said = capsys.readouterr().err
    assert "width" not in said
    assert "days" not in said
