"""What livernet says, unprompted, of a public "fibrosis" set whose labels are wrong.

``python -m tests.benchmarks.mislabelled DIR WORK --out FILE``: DIR holds folders F0 to F4 as a user has them,
without patients or masks. Two epochs are enough: what is asked is what is said of the data, not a result.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Prepare, be stopped by the copies, group them, and keep the sentences and counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    raw, private = str(asked.raw.resolve()), "private.csv"
    prepared = _said(asked.work, "preprocess", raw, "out", "--quarantine-map", private)
    stopped = _run(asked.work, "cv")
    short = ("--folds", "5", "--set", "train.epochs=2")
    result = _said(asked.work, "cv", "--duplicates", "group", *short)
    patients = result["models"]["livernet"]["patients"]
    audits = json.loads((asked.work / result["run"] / "audits.json").read_text(encoding="utf-8"))["audits"]
    document = {
        "preprocess": {
            key: prepared[key] for key in ("files", "images", "stages", "copies") if key in prepared
        },
        "stopped": {"exit": stopped.returncode, "error": _first(stopped.stderr, "error:")},
        "verdict": result["verdict"],
        "audits": {audit["name"]: [audit["state"], audit["verdict"]] for audit in audits},
        "patients_after_grouping": patients["n"],
        "accuracy_not_to_be_believed": patients["accuracy"],
    }
    asked.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _said(work: Path, *words: str) -> dict[str, Any]:
    done = _run(work, *words, "--json")
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout))


def _run(work: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("livernet"))
    return subprocess.run([program, *words], cwd=work, capture_output=True, text=True, check=False)


def _first(text: str, start: str) -> str:
    return next((line for line in text.splitlines() if line.startswith(start)), "")


if __name__ == "__main__":
    main()
