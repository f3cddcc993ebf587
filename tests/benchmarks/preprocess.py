"""How fast ``preprocess`` is beside Pillow's bare decoding and resizing, and how its memory grows.

    python -m tests.benchmarks.preprocess --out .github/results/preprocess-speed.json

Rounds alternate, medians are kept, one core each. Pictures are PNG and JPEG screens of the phantom.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.files import png_bytes
from livernet.core.memory import keep_freed_memory
from livernet.core.phantom.cohort import write_cohort
from livernet.core.phantom.plan import make_quota
from livernet.core.preprocess.cohort.pieces import Job, make_pieces
from livernet.core.preprocess.settings import PreprocessConfig
from tests.benchmarks.command import livernet
from tests.benchmarks.machine import describe
from tests.core.preprocess.screens import save, screen

SIDE = 512
GROWTH = (100, 400, 1600)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        write_cohort(raw, options.seed, make_quota(None, options.images, None))
        document = {
            **describe(["pillow", "numpy", "scikit-image"]),
            "settings": {"seed": options.seed, "images": options.images, "rounds": options.rounds},
            **_speed(raw, options.rounds),
            "growth": [_growth(Path(folder), count) for count in GROWTH],
        }
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n")


def _speed(raw: Path, rounds: int) -> dict[str, Any]:
    keep_freed_memory()  # as the workers of the command do
    files = [path for path in sorted(raw.iterdir()) if path.suffix in {".png", ".jpg"}]
    ways: dict[str, Callable[[Path, Path], object]] = {
        "pillow: decode and resize": lambda path, _store: _bare(path),
        "the same, and write PNG": lambda path, _store: png_bytes(_bare(path)),
        "livernet preprocess, every check on": _ours,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as store:  # empty: nothing is found there from before
                start = time.process_time()
                for path in files:
                    way(path, Path(store))
                seconds[name].append((time.process_time() - start) / len(files))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    bare, written, ours = median.values()
    return {
        "files": len(files),
        "ms_a_picture": {
            name: {"median": round(1000 * median[name], 2), "all": [round(1000 * v, 2) for v in values]}
            for name, values in seconds.items()
        },
        "throughput_over_bare": round(bare / ours, 3),
        "ceiling_with_png": round(bare / written, 3),
    }


def _bare(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def _ours(path: Path, store: Path) -> object:
    job = Job(path=path, masks={}, fault="", admitted=frozenset(), ask_patient=False)
    return make_pieces(job, PreprocessConfig(size=SIDE), store)


def _growth(folder: Path, count: int) -> dict[str, Any]:
    """Wall time and largest memory of any process of the whole command, for ``count`` small screens."""
    raw, out = folder / f"many{count}", folder / f"out{count}"
    content = save(folder / "one.png", screen()).read_bytes()
    raw.mkdir()
    for k in range(count):
        (raw / f"{k}.png").write_bytes(content + bytes([k % 256, k // 256]))
    where = ["--quarantine-map", str(folder / "map.csv")]
    command = livernet("preprocess", str(raw), str(out), *where)
    measured = [sys.executable, "-m", "tests.benchmarks.measured", *command]
    told = json.loads(subprocess.run(measured, check=True, capture_output=True).stdout)
    return {
        "files": count,
        "seconds": round(told["seconds"], 1),
        "peak_mb_of_a_process": told["peak_mb"],
    }


if __name__ == "__main__":
    main()
