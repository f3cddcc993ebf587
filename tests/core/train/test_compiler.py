import dataclasses

import pytest
import torch

from livernet.core.config import Config, LossConfig, ModelConfig, StageLoss
from livernet.core.device import Device
from livernet.core.model.registry import build_model
from livernet.core.presets import load_config
from livernet.core.train.compiler import compile_network, pays_back

H200 = Device(torch=torch.device("cuda"), name="NVIDIA H200", bf16=True)


def test_it_pays_for_long_trainings_on_a_gpu_alone(cpu: Device) -> None:
    paper = Config()
    assert pays_back(paper, 106, H200)
    assert not pays_back(paper, 106, cpu)
    short = dataclasses.replace(paper, train=dataclasses.replace(paper.train, epochs=25))
    narrow = dataclasses.replace(paper, model=dataclasses.replace(paper.model, width=4))
    assert not pays_back(short, 106, H200)
    assert not pays_back(narrow, 106, H200)
    assert pays_back(narrow, 1060, H200)


@pytest.mark.parametrize(("choice", "expected"), [("on", True), ("off", False)])
def test_it_can_be_chosen(cpu: Device, choice: str, expected: bool) -> None:
    config = Config()
    config = dataclasses.replace(config, train=dataclasses.replace(config.train, compile=choice))
    for device in (cpu, H200):
        assert pays_back(config, 1, device) is expected


@pytest.mark.parametrize("form", ["equation7", "ordinal"])
def test_the_network_is_one_graph_off_the_cpu_and_another_fold_finds_it_compiled(
    monkeypatch: pytest.MonkeyPatch, form: StageLoss
) -> None:
    """As traced for a GPU: on the meta device, nothing but shapes is computed."""
    graphs: list[torch.fx.GraphModule] = []

    def backend(graph: torch.fx.GraphModule, _inputs: object) -> torch.fx.GraphModule:
        graphs.append(graph)
        return graph

    compile_ = torch.compile
    monkeypatch.setattr(
        torch,
        "compile",
        lambda model, *, dynamic, mode: compile_(model, backend=backend, fullgraph=True, dynamic=dynamic),
    )
    for _ in range(2):
        model = build_model(Config(model=ModelConfig(width=2, depth=4), loss=LossConfig(stage=form)))
        model = model.to("meta").train()
        output = compile_network(model, whole=True)(torch.empty(2, 1, 32, 32, device="meta"))
        assert output.mask_logits[0].shape == (2, 1, 32, 32)
        assert output.class_logits_BK.shape == (2, 3)
    assert len(graphs) == 1


def test_baselines_are_never_compiled(cpu: Device) -> None:
    config = load_config("paper", None, ["train.compile=on", "model.name=vgg16"])
    assert not pays_back(config, 10**9, cpu)
