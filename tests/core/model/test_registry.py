from livernet.core.config import ModelConfig, VggConfig
from livernet.core.model.livernet import LiverNet
from livernet.core.model.registry import build_model, parameter_count
from livernet.core.model.vgg import Vgg


def test_build_model() -> None:
    model = build_model(ModelConfig(width=2, depth=4), 4)
    assert isinstance(model, LiverNet)
    assert model.head.classes.out_features == 4


def test_size_of_the_papers_network() -> None:
    assert 3.5e6 < parameter_count(build_model(ModelConfig(width=16), 3)) < 4.5e6


def test_baselines() -> None:
    model = build_model(ModelConfig(name="vgg19"), 5, VggConfig(head_width=7))
    assert isinstance(model, Vgg)
    assert model.head.layers[-1].out_features == 5
    assert model.head.layers[1].out_features == 7
    assert 20e6 < parameter_count(model) < 20.1e6
