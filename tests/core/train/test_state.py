from pathlib import Path

import pytest
import torch

from livernet.core.errors import DataError
from livernet.core.train.learner import Learner
from livernet.core.train.state import StateFile


def learner(width: int = 2) -> Learner:
    model = torch.nn.Linear(width, 1)
    return Learner(model, torch.optim.Adadelta(model.parameters()), None)


def test_round_trip(tmp_path: Path) -> None:
    state, first, second = StateFile(tmp_path / "s.safetensors", seconds=0), learner(), learner()
    assert state.restore(second) == []
    state.save(first, [{"epoch": 1, "loss": 0.25, "dice": None}])
    assert state.restore(second) == [{"epoch": 1, "loss": 0.25, "dice": None}]
    assert torch.equal(first.model.weight, second.model.weight)
    state.remove()
    assert not state.path.exists()


def test_not_before_it_is_due(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "s.safetensors", seconds=1000)
    state.save(learner(), [])
    assert not state.path.exists()


def test_damaged_or_foreign(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "s.safetensors", seconds=0)
    state.path.write_bytes(b"no tensors")
    with pytest.raises(DataError, match="is no state of this training"):
        state.restore(learner())
    state.save(learner(3), [])
    with pytest.raises(DataError, match="is no state of this training"):
        state.restore(learner(2))
