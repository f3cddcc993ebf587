"""Growth from 100 to 100,000 images as a table of the README.

``python -m tests.benchmarks.growth_table`` prints it from ``.github/results/growth.json``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.markdown import table

RESULT = Path(__file__).parents[2] / ".github" / "results" / "growth.json"


def markdown(document: dict[str, Any]) -> str:
    """A row a series: processor seconds and peak memory at each count, and how both grow."""
    counts = sorted({point["images"] for one in document["series"].values() for point in one["points"]})
    heads = ["", *(f"{count:,}" for count in counts), "grows with n to the power of"]
    rows = [
        [name, *(_cell(one["points"], count) for count in counts), _powers(one)]
        for name, one in document["series"].items()
    ]
    pictures = "; ".join(f"{name}: {one['pictures']}" for name, one in document["series"].items())
    return f"{table(heads, rows)}\n\nMade of: {pictures}."


def read() -> dict[str, Any]:
    """The result file."""
    return dict(json.loads(RESULT.read_text(encoding="utf-8")))


def _cell(points: list[dict[str, Any]], count: int) -> str:
    found = next((point for point in points if point["images"] == count), None)
    return f"{found['cpu_seconds']:.0f} s, {found['peak_mb']:.0f} MB" if found else "not measured"


def _powers(one: dict[str, Any]) -> str:
    if "exponent_cpu_seconds" not in one:
        return "not measured"
    return f"time {one['exponent_cpu_seconds']:.2f}, memory {one['exponent_peak_mb']:.2f}"


if __name__ == "__main__":
    sys.stdout.write(markdown(read()) + "\n")
