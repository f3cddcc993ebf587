import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from livernet.core.config import Config, ModelConfig
from livernet.core.data.loader import Normalisation
from livernet.core.errors import DataError
from livernet.core.model.registry import build_model
from livernet.core.train.checkpoint import ModelCard, load_model, save_model

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
    model = build_model(CARD.config.model, 4)
    save_model(tmp_path / "m.safetensors", model, CARD)
    loaded, card = load_model(tmp_path / "m.safetensors", CPU)
    assert card == CARD
    assert len(card.grouping) == 4
    assert not loaded.training
    for key, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)


def test_same_model_same_bytes(tmp_path: Path) -> None:
    model = build_model(CARD.config.model, 4)
    save_model(tmp_path / "a", model, CARD)
    save_model(tmp_path / "b", model, CARD)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_missing_truncated_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none: is missing"):
        load_model(tmp_path / "none", CPU)
    model = build_model(CARD.config.model, 4)
    save_model(tmp_path / "m", model, CARD)
    whole = (tmp_path / "m").read_bytes()
    (tmp_path / "m").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cannot be read as a model file"):
        load_model(tmp_path / "m", CPU)
    save_file({"w": torch.zeros(1)}, tmp_path / "m")
    with pytest.raises(DataError, match="does not say how it was made"):
        load_model(tmp_path / "m", CPU)
    other = dataclasses.replace(CARD, config=Config(model=ModelConfig(width=3, depth=4)))
    save_model(tmp_path / "m", model, other)
    with pytest.raises(DataError, match="its weights do not fit the network it describes"):
        load_model(tmp_path / "m", CPU)
