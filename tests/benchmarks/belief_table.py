"""What audits and the search for duplicates catch, as tables of the README.

``python -m tests.benchmarks.belief_table`` prints them from the result files.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.markdown import table

RESULTS = Path(__file__).parents[2] / ".github" / "results"
_AUDITS = ("source", "outside", "shuffled")


def markdown(audits: dict[str, Any], duplicates: dict[str, Any]) -> str:
    """Two tables: cohorts on which each audit failed, and pairs that were called copies."""
    return "\n\n".join((_audits(audits), _duplicates(duplicates)))


def _audits(document: dict[str, Any]) -> str:
    plain = document["plain"]["failed"]
    rows = [["plain, split by patient", *(_failed(plain[name]) for name in _AUDITS)]]
    for share, part in document["tied"].items():
        rows.append([f"`--confound {share}`", *(_failed(part["failed"][name]) for name in _AUDITS)])
    for protocol in ("image", "holdout"):
        states = [cohort[protocol]["state"] for cohort in document["shuffled"]]
        rows.append([f"plain, `--split {protocol}`", "-", "-", f"{states.count('failed')} of {len(states)}"])
    head = ["phantom cohorts of 78 patients", "border and source", "outside the liver", "shuffled stages"]
    return table(head, rows)


def _failed(part: dict[str, Any]) -> str:
    return f"{part['failed']} of {part['of']}"


def _duplicates(document: dict[str, Any]) -> str:
    rows = []
    kinds = list(document["phantom"]["by kind"])
    for name, key in [("changed copies, all kinds", "copies"), *((kind, kind) for kind in kinds)]:
        found = [document[part]["copies" if key == "copies" else "by kind"] for part in ("phantom", "real")]
        found = found if key == "copies" else [by_kind[key] for by_kind in found]
        rows.append([name, *(f"{pair['found']} of {pair['pairs']}" for pair in found)])
    for name in document["phantom"]["different pictures"]:
        found = [document[part]["different pictures"][name] for part in ("phantom", "real")]
        rows.append([name, *(f"{pair['called copies']} of {pair['pairs']}" for pair in found)])
    return table(["pairs called copies", "phantom, reserved seed", "real pictures"], rows)


def read(name: str) -> dict[str, Any]:
    """A result file."""
    return dict(json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.stdout.write(markdown(read("audits"), read("duplicates")) + "\n")
