"""Proof of de-identification on screens whose truth is known.

    python -m tests.benchmarks.deidentification --out .github/results/deidentification.json
    python -m tests.benchmarks.deidentification --markdown .github/results/deidentification.json

Makes ``livernet phantom --consoles all``, runs ``livernet preprocess`` and measures what was accepted, how
well the sector was found, and whether any string or any ink that names a patient is left. Seed 4177 was kept
from development. ``--real`` puts real pictures on the phantom's consoles, ``--dicom`` lists what became of
DICOM files.
"""

import argparse
import json
import os
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import pydicom
from rich.console import Console

from livernet import __version__
from livernet.core.phantom.plan import make_quota
from livernet.core.phantom.screens.folder import write_screens
from tests.benchmarks.dicom_table import describe_folder
from tests.benchmarks.known import read_truth
from tests.benchmarks.measure import measure
from tests.benchmarks.real_screens import make_screens
from tests.benchmarks.tables import markdown, rich_tables
from tests.benchmarks.tokens import HAS_TESSERACT

RESERVED_SEED = 4177
NOTES = (
    "A text counts as legible where half of its ink is kept and not painted over.",
    "IoU counts black borders that nobody can see; 'visible echoes kept' does not.",
    "Of real pictures the outline is the convex hull of what is not black.",
    "Marks that real pictures came with are unknown to the truth: their findings count as wrong.",
    "tesseract reads the phantom's Hangul, drawn from strokes, less often than Latin: see ocr_control.",
    "The ink of Hangul is measured as that of any text.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=RESERVED_SEED)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--real", type=Path, help="folder with aul/images and rus/images")
    parser.add_argument("--dicom", type=Path, help="folder of DICOM files")
    parser.add_argument("--no-read", action="store_true", help="leave tesseract out")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--markdown", type=Path, metavar="JSON", help="only print the tables of such a file")
    options = parser.parse_args()
    if options.markdown:
        print(markdown(json.loads(options.markdown.read_text())))  # noqa: T201
        return
    document = benchmark(options)
    for table in rich_tables(document):
        Console().print(table)
    if options.out:
        options.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def benchmark(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, as JSON values."""
    document: dict[str, Any] = {
        "version": __version__,
        "settings": {"seed": options.seed, "images": options.images, "preprocess": "defaults, --workers 1"},
        "machine": _machine(),
        "notes": NOTES,
    }
    read = not options.no_read
    with tempfile.TemporaryDirectory(prefix="deid-") as folder:
        work = Path(folder)
        raw = work / "phantom" / "raw"
        write_screens(raw, options.seed, make_quota(None, options.images, None))
        document["phantom"] = measure(read_truth(raw), raw, work / "phantom", read=read)
        if options.real:
            known = make_screens(options.real, work / "real" / "raw", options.seed)
            document["real"] = measure(known, work / "real" / "raw", work / "real", read=read)
        if options.dicom:
            document["dicom"] = describe_folder(options.dicom, work / "dicom")
    return document


def _machine() -> dict[str, Any]:
    versions = {"python": platform.python_version(), "numpy": np.__version__, "pillow": PIL.__version__}
    versions |= {"pydicom": pydicom.__version__}
    if HAS_TESSERACT:
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=False)
        versions["tesseract"] = (done.stdout or done.stderr).split("\n")[0].removeprefix("tesseract ")
    return {"cpu": _cpu(), "cores": os.cpu_count(), "system": platform.system(), **versions}


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


if __name__ == "__main__":
    main()
