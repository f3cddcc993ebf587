"""What this machine has for the work, and what to mend."""

import importlib.util
import math
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
import torchvision

from livernet import __version__
from livernet.core.device import choose_device, number_format
from livernet.core.errors import ConfigError
from livernet.core.experiment.crew import find_crew
from livernet.core.presets import PRESETS, load_config
from livernet.core.train.estimate import convolution_gflops, human_time, images_per_second

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


def measured_speed(device: str) -> list[Check]:
    """How fast this machine multiplies, and how long the paper's experiment takes with each preset; timed.

    The experiment is 10 folds of 106 images.
    """
    chosen = choose_device(device)
    crew = find_crew(chosen, _PAPER_FOLDS, None)
    format_name = {torch.bfloat16: "bf16", torch.float32: "fp32"}[number_format(chosen, "auto")]
    speed = f"{convolution_gflops(chosen, 'auto'):.0f} GFLOP/s of 3x3 convolutions in {format_name}"
    found = [Check(name="measured speed", value=speed)]
    for name in PRESETS:
        config = load_config(name)
        rate = images_per_second(config, chosen, crew.threads)
        seconds = _PAPER_IMAGES * config.train.epochs / rate * math.ceil(_PAPER_FOLDS / crew.workers)
        time = f"about {human_time(seconds)}, {rate * crew.workers:.3g} training images a second"
        found.append(Check(name=f"cv --preset {name}", value=time))
    return found


def _device_checks(device: str) -> list[Check]:
    try:
        chosen = choose_device(device)
    except ConfigError as error:
        return [Check(name="device", value=error.message, remedy=error.hint)]
    formats = "bf16 and fp32" if chosen.bf16 else "fp32"
    found = [Check(name="device", value=f"{chosen.name}, computes in {formats}")]
    if chosen.notice:
        found.append(Check(name="GPU", value=chosen.notice, remedy="update the driver of the GPU"))
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
