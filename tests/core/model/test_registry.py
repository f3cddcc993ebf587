import pytest
import torch
from torch import nn

from livernet.core.config import Config, LossConfig, ModelConfig, TrainConfig, VggConfig
from livernet.core.model.livernet import LiverNet
from livernet.core.model.ordinal import CumulativeLink
from livernet.core.model.registry import build_head, build_model, parameter_count
from livernet.core.model.vgg import Vgg


def test_the_papers_network_follows_the_settings() -> None:
    model = build_model(Config(model=ModelConfig(width=2, depth=4), grouping="4"))
    assert isinstance(model, LiverNet)
    assert model.head.classes.out_features == 4
    assert (model.guide, model.checkpoint) == (2, False)
    loss, train = LossConfig(coarse=0), TrainConfig(checkpoint=True)
    other = build_model(Config(model=ModelConfig(width=2, depth=4), loss=loss, train=train))
    assert (other.guide, other.checkpoint) == (1, True)


def test_size_of_the_papers_network() -> None:
    assert 3.5e6 < parameter_count(build_model(Config(model=ModelConfig(width=16)))) < 4.5e6


def test_baselines() -> None:
    model = build_model(Config(model=ModelConfig(name="vgg19"), vgg=VggConfig(head_width=7), grouping="5"))
    assert isinstance(model, Vgg)
    assert model.head.layers[-1].out_features == 5
    assert model.head.layers[1].out_features == 7
    assert 20e6 < parameter_count(model) < 20.1e6


@pytest.mark.parametrize("grouping", ["2", "3", "4", "5"])
@pytest.mark.parametrize("stage", ["equation7", "equation7-sigmoid", "cross-entropy", "ordinal"])
def test_every_form_of_the_class_term_has_its_layer(grouping: str, stage: str) -> None:
    loss = LossConfig(stage=stage)  # type: ignore[arg-type]
    config = Config(model=ModelConfig(width=2, depth=4), loss=loss, grouping=grouping)
    layer = build_model(config).head.classes
    for last in (layer, build_head(config).layers[-1]):
        assert type(last) is (CumulativeLink if stage == "ordinal" else nn.Linear)
        assert last(torch.zeros(1, 64 if last is layer else 256)).shape == (1, int(grouping))
