"""Which device computes, what it is called, and what it can do."""

from dataclasses import dataclass

import torch

from livernet.core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Device:
    """A torch device with the facts that decide presets and number formats."""

    torch: torch.device
    name: str
    """What a person calls it, e.g. ``NVIDIA H200`` or ``CPU (2 threads)``."""
    bf16: bool
    """Whether bfloat16 convolutions run on native instructions."""

    @property
    def is_gpu(self) -> bool:
        """Whether this is a CUDA device, on which the ``paper`` preset is practical."""
        return self.torch.type == "cuda"


def choose_device(name: str = "auto") -> Device:
    """The device called ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``; auto prefers CUDA, then the CPU.

    Raises:
        ConfigError: the device does not exist on this machine.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    hint = "use --device cpu, or run 'livernet doctor' to see what this machine has"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ConfigError(f"device {name!r} is not a device name", hint) from None
    if device.type == "cuda":
        if not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count():
            raise ConfigError(f"device {name!r} is not available on this machine", hint)
        return Device(
            torch=device, name=torch.cuda.get_device_name(device), bf16=torch.cuda.is_bf16_supported()
        )
    if device.type == "mps":
        if not torch.backends.mps.is_available():
            raise ConfigError(f"device {name!r} is not available on this machine", hint)
        return Device(torch=device, name="Apple GPU (MPS)", bf16=False)
    if device.type != "cpu":
        raise ConfigError(f"device {name!r} is not supported", hint)
    threads = torch.get_num_threads()
    name = f"CPU ({threads} thread{'s' * (threads > 1)})"
    return Device(torch=device, name=name, bf16=cpu_has_bf16())


def number_format(device: Device, precision: str) -> torch.dtype:
    """The format of the convolutions: ``auto`` is bfloat16 where the device multiplies it natively."""
    half = precision == "bf16" or (precision == "auto" and device.bf16)
    return torch.bfloat16 if half else torch.float32


def autocast(device: Device, precision: str) -> torch.autocast:
    """The context under which the network runs, training and inference alike."""
    half = number_format(device, precision) is torch.bfloat16
    return torch.autocast(device.torch.type, torch.bfloat16, enabled=half)


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (AVX-512 BF16 or AMX); emulation is slower than fp32."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
