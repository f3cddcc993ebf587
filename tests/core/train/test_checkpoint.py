import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save, save_file

from livernet.core.config import Config, LossConfig, ModelConfig, VggConfig
from livernet.core.data.loader import Normalisation
from livernet.core.errors import DataError
from livernet.core.files import sha256
from livernet.core.model.registry import build_model
from livernet.core.train.checkpoint import (
    FEATURES,
    ModelCard,
    load_model,
    read_card,
    read_features,
    save_model,
    size_of,
)

CPU = torch.device("cpu")
CARD = ModelCard(
    config=Config(model=ModelConfig(width=2, depth=4), grouping="4"),
    normalisation=Normalisation(0.2, 0.1),
    cohort_sha256="ab",
    trained_on=("1", "2"),
    fold=3,
    preprocessing={"size": 512},
    training={"loss": 0.5},
)


def test_a_model_file_describes_itself(tmp_path: Path) -> None:
    model = build_model(CARD.config)
    save_model(tmp_path / "m.safetensors", model, CARD)
    loaded, card = load_model(tmp_path / "m.safetensors", CPU)
    assert card == CARD
    assert len(card.grouping) == 4
    assert not loaded.training
    for key, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)


@pytest.mark.parametrize("name", ["livernet", "vgg16"])
@pytest.mark.parametrize("grouping", ["2", "5"])
def test_the_ordinal_layer_is_built_again_from_the_file(tmp_path: Path, name: str, grouping: str) -> None:
    config = Config(
        model=ModelConfig(name=name, width=2, depth=4),  # type: ignore[arg-type]
        loss=LossConfig(stage="ordinal", coarse=0),
        grouping=grouping,
    )
    model = build_model(config).eval()
    save_model(tmp_path / "m", model, dataclasses.replace(CARD, config=config))
    loaded, _ = load_model(tmp_path / "m", CPU)
    image = torch.rand(1, 1, 32, 32)
    with torch.inference_mode():
        said = loaded(image).class_logits_BK
        assert torch.allclose(said, model(image).class_logits_BK, atol=1e-5)
    assert said.exp().sum().item() == pytest.approx(1, abs=1e-5)
    other = dataclasses.replace(config, loss=LossConfig())
    save_model(tmp_path / "m", model, dataclasses.replace(CARD, config=other))
    with pytest.raises(DataError, match="its weights do not fit the network it describes"):
        load_model(tmp_path / "m", CPU)


def test_same_model_same_bytes(tmp_path: Path) -> None:
    model = build_model(CARD.config)
    save_model(tmp_path / "a", model, CARD)
    save_model(tmp_path / "b", model, CARD)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_card_is_read_without_the_weights(tmp_path: Path) -> None:
    other = dataclasses.replace(CARD, config=Config(model=ModelConfig(width=3, depth=4)))
    save_model(tmp_path / "m", build_model(CARD.config), other)
    assert read_card(tmp_path / "m") == other  # its weights would not fit


def load_to_the_cpu(path: Path) -> object:
    return load_model(path, CPU)


@pytest.mark.parametrize("read", [load_to_the_cpu, read_card])
def test_missing_truncated_and_foreign_files(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(DataError, match="none: is missing"):
        read(tmp_path / "none")
    model = build_model(CARD.config)
    save_model(tmp_path / "m", model, CARD)
    whole = (tmp_path / "m").read_bytes()
    (tmp_path / "m").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cannot be read as a model file"):
        read(tmp_path / "m")
    save_file({"w": torch.zeros(1)}, tmp_path / "m")
    with pytest.raises(DataError, match="does not say how it was made"):
        read(tmp_path / "m")


def test_a_file_with_a_setting_that_is_not_known_here(tmp_path: Path) -> None:
    model = build_model(CARD.config)
    save_model(tmp_path / "m", model, CARD)
    with safe_open(tmp_path / "m", framework="pt") as file:
        content = json.loads(file.metadata()["livernet"])
    content["config"]["loss"]["activation"] = "softmax"
    save_file(model.state_dict(), tmp_path / "m", {"livernet": json.dumps(content)})
    with pytest.raises(DataError, match=r"was written by another version of livernet .*loss\.activation"):
        read_card(tmp_path / "m")


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    model = build_model(CARD.config)
    other = dataclasses.replace(CARD, config=Config(model=ModelConfig(width=3, depth=4)))
    save_model(tmp_path / "m", model, other)
    with pytest.raises(DataError, match="its weights do not fit the network it describes"):
        load_model(tmp_path / "m", CPU)


def test_frozen_features_lie_beside_the_folds_and_are_checked(tmp_path: Path) -> None:
    config = Config(model=ModelConfig(name="vgg16"), vgg=VggConfig(head_width=4), grouping="4")
    model = build_model(config)
    content = save({key: value.clone() for key, value in model.features.state_dict().items()})
    (tmp_path / FEATURES).write_bytes(content)
    card = dataclasses.replace(CARD, config=config, features=sha256(content))
    file = tmp_path / "fold-00/m.safetensors"
    save_model(file, model, card)
    assert file.stat().st_size < 100_000
    assert size_of(file, card) > 58e6
    assert read_card(file) == card
    loaded, _ = load_model(file, CPU)
    for key, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)
    (tmp_path / FEATURES).unlink()
    with pytest.raises(DataError, match=r"features\.safetensors: is missing or has changed") as caught:
        load_model(file, CPU)
    assert caught.value.hint == "repeat the command that made the run, with its --name"
    with pytest.raises(DataError, match="is missing or has changed"):
        read_features(tmp_path / "none", card.features)
