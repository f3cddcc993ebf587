"""Which device computes, what it is called, and what it can do."""

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor

from livernet.core.errors import ConfigError
from livernet.core.memory import available_memory

_HINT = "use --device cpu, or run 'livernet doctor' to see what this machine has"


@dataclass(frozen=True, kw_only=True)
class Device:
    """A torch device with the facts that decide presets and number formats."""

    torch: torch.device
    name: str
    """What a person calls it, e.g. ``NVIDIA H200`` or ``CPU (2 threads)``."""
    bf16: bool
    """Whether bfloat16 convolutions run on native instructions."""
    share: int = 1
    """How many processes use it at the same time; each takes that part of its memory."""
    notice: str = ""
    """What the user must know of the choice, one line; empty where all is well."""

    @property
    def is_gpu(self) -> bool:
        """Whether this is a CUDA device, on which the ``paper`` preset is practical."""
        return self.torch.type == "cuda"


def choose_device(name: str = "auto") -> Device:
    """The device called ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``; auto prefers CUDA, then the CPU.

    A GPU whose driver is too old leaves auto on the CPU, with a notice.

    Raises:
        ConfigError: the device does not exist on this machine.
    """
    gpus, fault = _find_gpus() if name == "auto" or name.startswith("cuda") else (0, "")
    if name == "auto":
        name = "cuda" if gpus else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ConfigError(f"device {name!r} is not a device name", _HINT) from None
    if device.type == "cuda":
        if (device.index or 0) >= gpus:
            reason = f" ({fault})" if fault else ""
            raise ConfigError(f"device {name!r} is not available on this machine{reason}", _HINT)
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return Device(torch=device, name=torch.cuda.get_device_name(device), bf16=bf16)
    if device.type == "mps":
        if not torch.backends.mps.is_available():
            raise ConfigError(f"device {name!r} is not available on this machine", _HINT)
        return Device(torch=device, name="Apple GPU (MPS)", bf16=False)
    if device.type != "cpu":
        raise ConfigError(f"device {name!r} is not supported", _HINT)
    threads = torch.get_num_threads()
    name = f"CPU ({threads} thread{'s' * (threads > 1)})"
    notice = f"the GPU cannot be used, computing on the CPU: {fault}" if fault else ""
    return Device(torch=device, name=name, bf16=cpu_has_bf16(), notice=notice)


def _find_gpus() -> tuple[int, str]:
    """How many CUDA devices can be used; else the first sentence of why torch says they cannot."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    reasons = [str(one.message).removeprefix("CUDA initialization: ") for one in said if not gpus]
    return gpus, reasons[0].split(". ")[0].split("\n")[0] if reasons else ""


def number_format(device: Device, precision: str) -> torch.dtype:
    """The format of the convolutions: ``auto`` is bfloat16 where the device multiplies it natively.

    ``bf16`` is taken at its word, in emulation if need be, but on Apple GPUs.
    """
    asked = precision == "bf16" and device.torch.type != "mps"
    half = asked or (precision == "auto" and device.bf16)
    return torch.bfloat16 if half else torch.float32


def precision_notice(device: Device, precision: str) -> str:
    """Where the wished number format is not what this device does best, one line; else nothing."""
    if precision == "tf32" and not device.is_gpu:
        return "tf32 is a format of NVIDIA GPUs: convolutions run in fp32"
    if device.bf16 or precision in {"fp32", "tf32"}:
        return ""
    if number_format(device, precision) is torch.bfloat16:
        return f"{device.name} has no bf16 instructions: bf16 is emulated; train.precision=fp32 is faster"
    return f"{device.name} has no bf16 instructions: convolutions run in fp32"


def autocast(device: Device, precision: str) -> torch.autocast:
    """The context under which the network runs, training and inference alike.

    On CUDA it also settles, from then on, whether fp32 convolutions may round to tf32; torch lets them.
    """
    if device.is_gpu:
        rounding = "tf32" if precision == "tf32" else "ieee"
        torch.backends.cudnn.conv.fp32_precision = rounding  # type: ignore[attr-defined]
        torch.backends.cudnn.rnn.fp32_precision = rounding  # type: ignore[attr-defined] # wanted alike
    half = number_format(device, precision) is torch.bfloat16
    return torch.autocast(device.torch.type, torch.bfloat16, enabled=half)


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (AVX-512 BF16 or AMX); emulation is slower than fp32."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def free_memory(device: torch.device, share: int = 1) -> int | None:
    """Bytes that one of ``share`` processes may still take on a device; ``None`` where unknown."""
    if device.type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return (torch.cuda.mem_get_info(device)[0] + cached) // share
    free = available_memory()
    return None if free is None else free // share


def move(tensor: Tensor, device: torch.device) -> Tensor:
    """``tensor`` on ``device``; a GPU takes it from pinned memory, so that nothing waits for the copy."""
    if device.type == "cuda" and not tensor.is_cuda:
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
