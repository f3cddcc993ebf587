import pytest
import torch

from livernet.core.device import Device, autocast, choose_device, number_format
from livernet.core.errors import ConfigError


def test_cpu_is_always_there() -> None:
    device = choose_device("cpu")
    assert device.torch == torch.device("cpu")
    assert "CPU" in device.name
    assert not device.is_gpu


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "meta"])
def test_absent_devices(name: str) -> None:
    with pytest.raises(ConfigError, match="is not") as caught:
        choose_device(name)
    assert "--device cpu" in caught.value.hint


def test_precision() -> None:
    with_bf16 = Device(torch=torch.device("cpu"), name="", bf16=True)
    without = Device(torch=torch.device("cpu"), name="", bf16=False)
    assert number_format(with_bf16, "auto") is torch.bfloat16
    assert number_format(without, "auto") is torch.float32
    assert number_format(with_bf16, "fp32") is torch.float32
    assert number_format(without, "bf16") is torch.bfloat16
    with autocast(without, "bf16"):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype is torch.bfloat16
    with autocast(with_bf16, "fp32"):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype is torch.float32
