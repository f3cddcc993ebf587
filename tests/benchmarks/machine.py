"""The machine that a benchmark ran on, with its versions."""

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from livernet import __version__

_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "asimd", "bf16", "sve")


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


def _from_cpuinfo(*keys: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next(
        (line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() in keys), ""
    )
