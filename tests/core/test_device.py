import dataclasses
import warnings
from types import SimpleNamespace

import pytest
import torch

from livernet.core import device as devices
from livernet.core.device import (
    Device,
    autocast,
    choose_device,
    free_memory,
    move,
    number_format,
    precision_notice,
)
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


OLD_DRIVER = (
    "CUDA initialization: The NVIDIA driver on your system is too old (found version 11040). Please update "
    "your GPU driver by downloading and installing a new version from the URL: http://www.nvidia.com/ "
    "(Triggered internally at /pytorch/c10/cuda/CUDAFunctions.cpp:119.)"
)


def test_a_driver_that_is_too_old_leaves_the_cpu_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_available() -> bool:
        warnings.warn(OLD_DRIVER, stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    device = choose_device("auto")
    assert device.torch.type == "cpu"
    assert device.notice == (
        "the GPU cannot be used, computing on the CPU: "
        "The NVIDIA driver on your system is too old (found version 11040)"
    )
    assert choose_device("cpu").notice == ""
    with pytest.raises(ConfigError, match=r"'cuda' is not available .*driver on your system is too old"):
        choose_device("cuda")


def gpus(monkeypatch: pytest.MonkeyPatch, count: int, *, native_bf16: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA T4")
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda *, including_emulation: native_bf16 or including_emulation
    )


def test_a_gpu_is_taken_and_emulated_bf16_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(monkeypatch, 2, native_bf16=False)
    device = choose_device("auto")
    assert (device.torch, device.name, device.bf16, device.is_gpu) == (
        torch.device("cuda"),
        "NVIDIA T4",
        False,
        True,
    )
    assert choose_device("cuda:1").torch.index == 1
    with pytest.raises(ConfigError, match=r"'cuda:2' is not available on this machine$"):
        choose_device("cuda:2")
    gpus(monkeypatch, 1, native_bf16=True)
    assert choose_device("cuda").bf16


def test_threads_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for threads, name in ((1, "CPU (1 thread)"), (2, "CPU (2 threads)")):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert choose_device("cpu").name == name


CPU = Device(torch=torch.device("cpu"), name="CPU", bf16=False)
MPS = Device(torch=torch.device("mps"), name="Apple GPU (MPS)", bf16=False)
GPU = Device(torch=torch.device("cuda"), name="NVIDIA H200", bf16=True)


def test_apple_gpus_compute_in_fp32() -> None:
    assert {number_format(MPS, name) for name in ("auto", "fp32", "tf32", "bf16")} == {torch.float32}
    assert (
        precision_notice(MPS, "bf16") == "Apple GPU (MPS) has no bf16 instructions: convolutions run in fp32"
    )


def test_tf32_is_fp32_but_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert number_format(GPU, "tf32") is number_format(CPU, "tf32") is torch.float32
    assert "tf32 is a format of NVIDIA GPUs" in precision_notice(CPU, "tf32")
    assert {precision_notice(GPU, name) for name in ("auto", "fp32", "tf32", "bf16")} == {""}
    cudnn = SimpleNamespace(conv=SimpleNamespace(), rnn=SimpleNamespace())
    monkeypatch.setattr(torch.backends, "cudnn", cudnn)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: None)
    for precision, rounding in (("tf32", "tf32"), ("fp32", "ieee"), ("bf16", "ieee")):
        autocast(GPU, precision)
        assert cudnn.conv.fp32_precision == cudnn.rnn.fp32_precision == rounding


def test_processes_share_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "available_memory", lambda: 1000)
    assert (free_memory(CPU.torch), free_memory(CPU.torch, 4)) == (1000, 250)
    monkeypatch.setattr(devices, "available_memory", lambda: None)
    assert free_memory(CPU.torch) is None
    for name, value in (("mem_get_info", (600, 9000)), ("memory_reserved", 500), ("memory_allocated", 100)):
        monkeypatch.setattr(torch.cuda, name, lambda _, value=value: value)
    assert free_memory(GPU.torch, 2) == 500  # what torch keeps for itself is free as well


def test_move_leaves_what_is_there() -> None:
    tensor = torch.ones(2)
    assert move(tensor, CPU.torch) is tensor
    assert move(tensor, torch.device("meta")).device.type == "meta"
    assert dataclasses.replace(CPU, share=2).share == 2


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_formats_differ_as_they_should_on_a_gpu() -> None:
    device = choose_device("cuda")
    image = torch.randn(8, 64, 32, 32, device="cuda")
    weight = torch.randn(64, 64, 3, 3, device="cuda")
    exact = torch.nn.functional.conv2d(image.double(), weight.double())
    errors = {}
    for precision in ("fp32", "tf32", "bf16"):
        with autocast(device, precision):
            errors[precision] = (torch.nn.functional.conv2d(image, weight) - exact).abs().max().item()
    assert errors["fp32"] < 1e-3 < errors["tf32"] < errors["bf16"] < 2
