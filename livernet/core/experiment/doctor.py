"""What this machine has for the work, and what to mend."""

import importlib.util
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
import torchvision

from livernet import __version__
from livernet.core.device import choose_device
from livernet.core.errors import ConfigError
from livernet.core.presets import PRESETS, load_config
from livernet.core.train.estimate import estimate_seconds, human_time

_PAPER_IMAGES = 106
_PAPER_FOLDS = 10
_DISK_GB = 2.0


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What it is."""
    value: str
    """What was found."""
    remedy: str = ""
    """What to do; empty where all is well."""


def examine(device: str, folder: Path) -> list[Check]:
    """Versions, device, optional decoders, disk and write access of ``folder``, and expected times."""
    return [
        Check(
            name="livernet", value=f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
        ),
        Check(name="torch", value=f"{torch.__version__}, torchvision {torchvision.__version__}"),
        *_device_checks(device),
        *_decoder_checks(),
        *_folder_checks(folder),
    ]


def expected_times(device: str) -> list[Check]:
    """What the paper's experiment (10 folds of 106 images) takes here with each preset; steps are timed."""
    chosen = choose_device(device)
    times = {
        name: estimate_seconds(load_config(name), _PAPER_IMAGES, _PAPER_FOLDS, chosen) for name in PRESETS
    }
    return [Check(name=f"cv --preset {name}", value=f"about {human_time(s)}") for name, s in times.items()]


def _device_checks(device: str) -> list[Check]:
    try:
        chosen = choose_device(device)
    except ConfigError as error:
        return [Check(name="device", value=error.message, remedy=error.hint)]
    formats = "bf16 and fp32" if chosen.bf16 else "fp32"
    found = [Check(name="device", value=f"{chosen.name}, computes in {formats}")]
    if chosen.is_gpu:
        free, total = torch.cuda.mem_get_info(chosen.torch)
        found.append(Check(name="GPU memory", value=f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"))
    return found


def _decoder_checks() -> list[Check]:
    decoders = [name for name in ("pylibjpeg", "openjpeg", "gdcm") if importlib.util.find_spec(name)]
    missing = (
        "" if len(decoders) == 3 else "pip install 'livernet[dicom]' to read JPEG 2000 and lossless JPEG"
    )
    return [Check(name="compressed DICOM", value=", ".join(decoders) or "no decoders", remedy=missing)]


def _folder_checks(folder: Path) -> list[Check]:
    free = shutil.disk_usage(folder).free / 2**30
    remedy = "" if free > _DISK_GB else f"free at least {_DISK_GB:.0f} GiB"
    found = [Check(name="disk", value=f"{free:.1f} GiB free in {folder.resolve()}", remedy=remedy)]
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".livernet-"):
            found.append(Check(name="write access", value="yes"))
    except OSError as error:
        found.append(
            Check(name="write access", value=f"no ({error.strerror})", remedy="work in another folder")
        )
    return found
