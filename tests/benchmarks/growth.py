"""Time and memory of the commands from 100 to 100,000 images.

    python -m tests.benchmarks.growth --out .github/results/growth.json
    python -m tests.benchmarks.growth --series report --most 10000

Each count of each series runs in a process of its own; pictures are made before and not measured, and are so
small that a series ends within minutes. With ``--out``, series that are not run again keep their figures.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.command import livernet
from tests.benchmarks.growth_series import SERIES
from tests.benchmarks.machine import describe

COUNTS = (100, 1_000, 10_000, 100_000)
_ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
"""One thread: tiny networks gain nothing from more, and lose much where other programs run."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", choices=list(SERIES), action="append")
    parser.add_argument("--least", type=int, default=COUNTS[0])
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    document = describe(("torch", "numpy"))
    earlier = json.loads(options.out.read_text()) if options.out and options.out.is_file() else {}
    document["series"] = earlier.get("series", {})
    for name in options.series or SERIES:
        wanted = [count for count in COUNTS if options.least <= count <= options.most]
        known = {point["images"]: point for point in document["series"].get(name, {}).get("points", [])}
        known |= {count: _measure(name, count) for count in wanted}
        points = [known[count] for count in sorted(known)]
        document["series"][name] = {"pictures": SERIES[name].made_of, "points": points, **exponents(points)}
        text = json.dumps(document, indent=1)
        if options.out:
            options.out.write_text(text + "\n")
    print(text)  # noqa: T201


def _measure(name: str, count: int) -> dict[str, Any]:
    """Wall and processor seconds of the command, and the largest memory of any one of its processes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        SERIES[name].prepare(folder, count)
        work = SERIES[name].work
        command = [sys.executable, "-c", work] if isinstance(work, str) else livernet(*work)
        launched = [sys.executable, "-m", "tests.benchmarks.measured", *command]
        done = subprocess.run(
            launched, cwd=folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{name}, {count}: ended with {done.returncode}: {done.stderr[-2000:]}")
    found = {"images": count, **json.loads(done.stdout)}
    sys.stderr.write(f"{name}: {found}\n")
    return found


def exponents(points: list[dict[str, Any]]) -> dict[str, float | None]:
    """How time and memory grow between the two largest counts: the exponent k of n**k.

    Of the time, what 100 images would cost beyond their share of 1,000 is start-up and is taken off first.
    """
    if len(points) < 3:
        return {}
    first, second, *_ = points
    last = points[-2:]
    start = {}
    for key in ("seconds", "cpu_seconds"):
        each = (second[key] - first[key]) / (second["images"] - first["images"])
        start[key] = max(0.0, first[key] - each * first["images"])
    taken_off = {**start, "peak_mb": 0.0}
    return {
        f"exponent_{key}": round(_slope(*((one["images"], one[key] - taken_off[key]) for one in last)), 2)
        for key in taken_off
    } | {"start_seconds": round(start["seconds"], 2)}


def _slope(before: tuple[float, float], after: tuple[float, float]) -> float:
    return math.log(after[1] / before[1]) / math.log(after[0] / before[0])


if __name__ == "__main__":
    main()
