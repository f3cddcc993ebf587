"""The throw-away virtual environment of the peers: their packages, beside the torch that is here already."""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from pathlib import Path

PACKAGES = {
    "keras": ("tensorflow-cpu; sys_platform == 'linux'", "tensorflow; sys_platform != 'linux'", "keras>=3"),
    "smp": ("segmentation-models-pytorch",),
    "nnunet": ("dynamic-network-architectures",),
    "lightning": ("lightning",),
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
}
"""What each peer needs of PyPI; ``plain`` needs nothing."""
_ON_CUDA = {"keras": ("tensorflow[and-cuda]", "keras>=3"), "onnx": ("onnx", "onnxscript", "onnxruntime-gpu")}


def make_environment(folder: Path, peers: Iterable[str], device: str) -> Path:
    """Install what ``peers`` need into an environment in ``folder``; its Python.

    A folder that holds an environment already is used again. Packages of the running Python are seen from it
    but never changed, so that torch is neither fetched again nor another one.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    known = PACKAGES | (_ON_CUDA if device.startswith("cuda") else {})
    wanted = sorted({package for peer in peers for package in known.get(peer, ())})
    if wanted:
        sys.stderr.write(f"installing into {folder}: {', '.join(wanted)}\n")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True, stdout=sys.stderr)
    return python
