import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from livernet.core.config import Config, LossConfig, StageLoss, TrainConfig
from livernet.core.data.loader import Normalisation
from livernet.core.device import choose_device
from livernet.core.infer.forward import (
    Learnt,
    Network,
    enlarge,
    infer,
    mask_confidence,
    to_bytes,
    what_was_learnt,
)
from livernet.core.model.livernet import Output


class Echo(nn.Module):
    """Answers with what it was given, so that every step before and after it can be read off."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def forward(self, image_B1HW: Tensor) -> Output:
        self.batches.append(len(image_B1HW))
        level = image_B1HW.mean((2, 3))
        return Output((image_B1HW,), torch.cat([level, -level, torch.zeros_like(level)], dim=1))


def network(form: StageLoss = "equation7", batch: int = 2) -> Network:
    config = Config(
        loss=LossConfig(stage=form),
        train=TrainConfig(batch=batch, precision="fp32"),
    )
    return Network(model=Echo(), config=config, normalisation=Normalisation(mean=0.5, std=0.25))


@pytest.mark.parametrize("form", ["equation7", "cross-entropy", "ordinal"])
def test_pictures_are_scaled_standardised_and_answered_in_batches(form: StageLoss) -> None:
    net = network(form)
    images = torch.stack([torch.full((1, 4, 4), level, dtype=torch.uint8) for level in (0, 51, 255)])
    said = infer(net, images, choose_device("cpu"))
    level = (np.array([0, 0.2, 1]) - 0.5) / 0.25
    assert net.model.batches == [2, 1]
    np.testing.assert_allclose(said.liver_NHW[:, 0, 0], 1 / (1 + np.exp(-level)), rtol=1e-5)
    expected = np.exp(np.stack([level, -level, 0 * level], axis=1))
    np.testing.assert_allclose(said.probability_NK, expected / expected.sum(1, keepdims=True), rtol=1e-5)


def test_sigmoid_probabilities_are_scaled_to_sum_to_one() -> None:
    said = infer(
        network("equation7-sigmoid"), torch.zeros((1, 1, 4, 4), dtype=torch.uint8), choose_device("cpu")
    )
    raw = 1 / (1 + np.exp(-np.array([-2.0, 2.0, 0.0])))
    np.testing.assert_allclose(said.probability_NK[0], raw / raw.sum(), rtol=1e-6)


def test_what_was_not_learnt_is_not_answered() -> None:
    blank = torch.zeros((1, 1, 4, 4), dtype=torch.uint8)
    neither = dataclasses.replace(network(), learnt=Learnt(stages=False, mask=False))
    said = infer(neither, blank, choose_device("cpu"))
    np.testing.assert_allclose(said.probability_NK, 1 / 3)
    assert not said.liver_NHW.any()


def test_what_was_learnt_follows_labels_and_weights() -> None:
    both = {"loss_class": 0.4, "loss_fine": 0.2}
    assert what_was_learnt(Config(), both) == (True, True)
    assert what_was_learnt(Config(), both | {"loss_class": None}) == (False, True)
    assert what_was_learnt(Config(), both | {"loss_fine": None}) == (True, False)
    assert what_was_learnt(Config(loss=LossConfig(stage_weight=0)), both) == (False, True)
    assert what_was_learnt(Config(loss=LossConfig(fine=0)), both) == (True, False)


def test_enlarging_keeps_constants_sides_and_range() -> None:
    constant = np.full((8, 8), 0.3, dtype=np.float32)
    assert enlarge(constant, 8) is constant
    np.testing.assert_allclose(enlarge(constant, 20), 0.3, rtol=1e-6)
    half = np.zeros((8, 8), dtype=np.float32)
    half[:, 4:] = 1
    large = enlarge(half, 32)
    assert large.shape == (32, 32)
    assert (large[:, :12] == 0).all()
    assert (large[:, 20:] == 1).all()


def test_bytes_cut_at_128_just_where_the_probability_is_a_half() -> None:
    below = np.nextafter(np.float32(0.5), np.float32(0))
    np.testing.assert_array_equal(
        to_bytes(np.array([0, below, 0.5, 1], dtype=np.float32)), np.array([0, 127, 128, 255], dtype=np.uint8)
    )


def test_confidence_is_the_mean_inside_the_mask_and_none_without_one() -> None:
    assert mask_confidence(np.array([[0.1, 0.6], [0.9, 0.4]], dtype=np.float32)) == pytest.approx(0.75)
    assert mask_confidence(np.full((2, 2), 0.4, dtype=np.float32)) is None
