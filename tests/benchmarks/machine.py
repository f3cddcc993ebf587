"""The machine that a benchmark ran on, and how fast it multiplies."""

import importlib.metadata
import itertools
import os
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from livernet import __version__

_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "asimd", "bf16", "sve")
_SHAPES = ((64, 64, 256), (64, 128, 128), (128, 128, 128), (256, 256, 64), (512, 512, 32))
"""Channels in, channels out and side of the convolutions whose best is the peak."""
_ROUNDS = 5


def describe(packages: Sequence[str] = (), device: str = "cpu") -> dict[str, Any]:
    """When, with what and on what: for the head of a result file."""
    return {
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "cpu": _from_cpuinfo("model name") or platform.processor() or platform.machine(),
            "family_model": [_from_cpuinfo("cpu family"), _from_cpuinfo("model")],
            "cores": os.cpu_count(),
            "flags": [flag for flag in _FLAGS if flag in _from_cpuinfo("flags", "Features").split()],
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "system": f"{platform.system()} {platform.machine()}",
            "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else "CPU",
        },
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
    }


def convolution_peak(device: str = "cpu") -> dict[str, float]:
    """Most GFLOP/s of a 3x3 convolution over several shapes, channels_last, in fp32 and bf16."""
    with torch.inference_mode():
        return {
            name: round(max(_gflops(shape, number, device) for shape in _SHAPES), 1)
            for name, number in (("fp32", torch.float32), ("bf16", torch.bfloat16))
        }


def _gflops(shape: tuple[int, int, int], number: torch.dtype, device: str) -> float:
    channels_in, channels_out, side = shape
    form = {"dtype": number, "device": device}
    image = torch.randn(2, channels_in, side, side, **form).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(channels_out, channels_in, 3, 3, **form).contiguous(
        memory_format=torch.channels_last
    )
    seconds = []
    for _ in itertools.repeat(None, _ROUNDS):
        started = time.perf_counter()
        F.conv2d(image, weight, padding=1)
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - started)
    return 2 * image.shape[0] * channels_in * channels_out * 9 * side**2 / min(seconds) / 1e9


def _from_cpuinfo(*keys: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next(
        (line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() in keys), ""
    )
