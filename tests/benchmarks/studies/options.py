"""What the studies on the phantom are asked alike, and the file that they write."""

import argparse
import json
from pathlib import Path
from typing import Any

from livernet.core.presets import load_config
from tests.benchmarks.machine import describe


def arguments(about: str | None, seeds: int) -> argparse.ArgumentParser:
    """A parser of the options that all have; ``about`` is the study's docstring."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path)
    return parser


def write(found: dict[str, Any], options: argparse.Namespace) -> None:
    """With the machine and the settings as the head, where a file is named."""
    if options.out:
        config = load_config(options.preset, None, options.settings)
        head = describe(("torch", "numpy")) | {"preset": options.preset, "config": config.to_dict()}
        options.out.write_text(json.dumps(head | found, indent=1) + "\n", encoding="utf-8")
