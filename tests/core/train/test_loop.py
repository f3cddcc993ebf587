import dataclasses
from pathlib import Path

import pytest
import torch

from livernet.core.config import Config
from livernet.core.data.loader import Tensors
from livernet.core.device import Device
from livernet.core.errors import DataError
from livernet.core.train.loop import EpochMetrics, train_model
from livernet.core.train.state import StateFile


def weights(model: torch.nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten() for value in model.state_dict().values()])


def with_train(config: Config, **changes: object) -> Config:
    return dataclasses.replace(config, train=dataclasses.replace(config.train, **changes))


def test_training_learns_mask_and_class(tiny: Config, discs: Tensors, cpu: Device) -> None:
    config = dataclasses.replace(
        tiny,
        model=dataclasses.replace(tiny.model, width=6, head_width=16),
        train=dataclasses.replace(tiny.train, epochs=30),
    )
    trained = train_model(discs, range(12), config, cpu)
    first, last = trained.history[0], trained.history[-1]
    assert [line.epoch for line in trained.history] == list(range(1, 31))
    assert last.loss < 0.5 * first.loss
    assert last.dice is not None
    assert last.dice > 0.85
    assert last.accuracy is not None
    assert last.accuracy > 0.6
    assert not trained.model.training


def test_same_seed_same_bytes_and_another_seed_other_ones(tiny: Config, discs: Tensors, cpu: Device) -> None:
    first = weights(train_model(discs, range(8), tiny, cpu).model)
    torch.rand(7)  # the global stream does not matter
    assert torch.equal(weights(train_model(discs, range(8), tiny, cpu).model), first)
    assert not torch.equal(weights(train_model(discs, range(8), tiny, cpu, fold=1).model), first)
    assert not torch.equal(weights(train_model(discs, range(8), with_train(tiny, seed=1), cpu).model), first)


def test_training_leaves_the_global_stream_alone(tiny: Config, discs: Tensors, cpu: Device) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_model(discs, range(4), with_train(tiny, epochs=1), cpu)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_an_interrupted_run_ends_with_the_same_bytes(
    tiny: Config, discs: Tensors, cpu: Device, tmp_path: Path, average: float
) -> None:
    config = with_train(tiny, average=average)
    whole = train_model(discs, range(8), config, cpu)

    def stop(metrics: EpochMetrics) -> None:
        if metrics.epoch == 2:
            raise KeyboardInterrupt

    state = StateFile(tmp_path / "state.safetensors", seconds=0)
    with pytest.raises(KeyboardInterrupt):
        train_model(discs, range(8), config, cpu, on_epoch=stop, state=state)
    seen: list[int] = []
    again = train_model(discs, range(8), config, cpu, on_epoch=lambda m: seen.append(m.epoch), state=state)
    assert seen == [3, 4]
    assert torch.equal(weights(again.model), weights(whole.model))
    assert [line.loss for line in again.history] == [line.loss for line in whole.history]


def test_rows_with_one_label_only(tiny: Config, discs: Tensors, cpu: Device) -> None:
    masks_only = dataclasses.replace(discs, class_N=torch.full((12,), -1))
    last = train_model(masks_only, range(6), with_train(tiny, epochs=1), cpu).history[-1]
    assert (last.loss_class, last.accuracy) == (None, None)
    assert last.loss_fine is not None
    classes_only = dataclasses.replace(discs, has_mask_N=torch.zeros(12, dtype=torch.bool))
    last = train_model(classes_only, range(6), with_train(tiny, epochs=1), cpu).history[-1]
    assert (last.loss_fine, last.dice) == (None, None)
    assert last.accuracy is not None


def test_no_label_at_all(tiny: Config, discs: Tensors, cpu: Device) -> None:
    bare = dataclasses.replace(
        discs, class_N=torch.full((12,), -1), has_mask_N=torch.zeros(12, dtype=torch.bool)
    )
    with pytest.raises(DataError, match="none of the 12 training images has a label that the loss uses"):
        train_model(bare, range(12), tiny, cpu)
    weightless = dataclasses.replace(tiny, loss=dataclasses.replace(tiny.loss, stage=0))
    no_masks = dataclasses.replace(discs, has_mask_N=torch.zeros(12, dtype=torch.bool))
    with pytest.raises(DataError, match="none of the 12 training images"):
        train_model(no_masks, range(12), weightless, cpu)


def test_divergence_is_named(tiny: Config, discs: Tensors, cpu: Device) -> None:
    with pytest.raises(DataError, match=r"no longer a finite number in epoch \d") as caught:
        train_model(discs, range(8), with_train(tiny, lr=1e38, epochs=3), cpu)
    assert "train.lr" in caught.value.hint


def test_normalisation_comes_from_the_training_images_alone(
    tiny: Config, discs: Tensors, cpu: Device
) -> None:
    config = with_train(tiny, epochs=1)
    before = train_model(discs, range(6), config, cpu).normalisation
    brighter = dataclasses.replace(discs, images_N1HW=discs.images_N1HW.clone())
    brighter.images_N1HW[6:] = 255
    assert train_model(brighter, range(6), config, cpu).normalisation == before


def test_bf16_trains(tiny: Config, discs: Tensors, cpu: Device) -> None:
    fp32 = train_model(discs, range(12), tiny, cpu).history[-1]
    bf16 = train_model(discs, range(12), with_train(tiny, precision="bf16"), cpu).history[-1]
    assert bf16.loss == pytest.approx(fp32.loss, rel=0.1)
