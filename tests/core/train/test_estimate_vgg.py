import dataclasses

import pytest
import torch

from livernet.core.config import Config, ModelConfig, VggConfig
from livernet.core.device import choose_device
from livernet.core.presets import load_config
from livernet.core.processes import Crew
from livernet.core.train.estimate import estimate_seconds
from livernet.core.train.estimate_vgg import baseline_seconds

CPU = choose_device("cpu")


def quick(**vgg: object) -> Config:
    config = load_config("quick")
    model = ModelConfig(name="vgg16")
    return dataclasses.replace(config, model=model, vgg=VggConfig(**{"patch": 32} | vgg))  # type: ignore[arg-type]


def test_more_images_take_longer_and_the_stream_of_torch_is_left_alone() -> None:
    before = torch.get_rng_state()
    few = baseline_seconds(quick(), 4, 2, CPU)
    many = baseline_seconds(quick(), 4000, 2, CPU)
    assert 0 < few < many
    assert torch.equal(torch.get_rng_state(), before)


def test_tuned_features_take_longer_than_frozen_ones() -> None:
    frozen = baseline_seconds(quick(), 100, 10, CPU, Crew(workers=2, threads=1))
    tuned = baseline_seconds(quick(features="tuned"), 100, 10, CPU, Crew(workers=2, threads=1))
    assert tuned > 3 * frozen


@pytest.mark.parametrize("input_", ["patches", "whole"])
def test_the_estimate_of_any_network_knows_the_baselines(input_: str) -> None:
    assert estimate_seconds(quick(input=input_), 10, 2, CPU) > 0
