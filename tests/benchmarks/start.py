"""How long ``livernet --help`` takes beside importing PyTorch, in alternating rounds.

python -m tests.benchmarks.start --out .github/results/speed-start.json
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.contest import write
from tests.benchmarks.machine import describe
from tests.benchmarks.rounds import ROOT, spread

WAYS = {
    "livernet --help": "from livernet.cli.app import run; run(['--help'])",
    "import torch": "import torch",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for number in range(options.rounds + 1):
        for name, code in WAYS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            if number:  # the first reads files that were not in memory
                seconds[name].append(time.perf_counter() - started)
    ratio = [ours / theirs for ours, theirs in zip(*seconds.values(), strict=True)]
    document = {
        **describe(["torch", "typer"]),
        "seconds": {name: spread(values, 3) for name, values in seconds.items()},
        "ratio": spread(ratio, 3),
    }
    write(document, options.out)


if __name__ == "__main__":
    main()
