"""What each file of a folder of DICOM files is, and what became of it."""

from pathlib import Path
from typing import Any

import pydicom

from tests.benchmarks.known import read_quarantine
from tests.benchmarks.measure import run

_SHOWS = {
    "JPGLosslessP14SV1_1s_1f_8b.dcm": "heart, phased, calipers and ECG",
    "OBXXXX1A.dcm": "convex probe in air, a caliper in the dark",
    "OBXXXX1A_rle_2frame.dcm": "the same with a false-colour palette",
    "US1_J2KR.dcm": "dual, power Doppler, text around",
    "US1_UNCR.dcm": "dual, power Doppler, text around",
    "color-pl.dcm": "small clip with a Doppler box",
    "color3d_jpeg_baseline.dcm": "heart, phased, B-mode loop",
    "gdcm-US-ALOKA-16.dcm": "dual, cut convex, pointer and text in the picture",
}
"""Seen by eye: the test files of pydicom-data."""


def describe_folder(folder: Path, work: Path) -> list[dict[str, Any]]:
    """One row a file; the folder's own files are only read."""
    out, map_file = work / "out", work / "map.csv"
    files = sorted(path for path in folder.iterdir() if path.is_file())
    raw = work / "raw"
    raw.mkdir(parents=True)
    for path in files:
        (raw / path.name).write_bytes(path.read_bytes())
    run(raw, out, "--id-key", str(work / "key"), "--quarantine-map", str(map_file))
    quarantine = read_quarantine(map_file)
    return [{**_what(path), "outcome": quarantine.get(path.name, "written")} for path in files]


def _what(path: Path) -> dict[str, Any]:
    data = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    regions = [
        f"{item.get('RegionSpatialFormat', '?')}/{item.get('RegionDataType', '?')}"
        for item in data.get("SequenceOfUltrasoundRegions", [])
    ]
    syntax = getattr(data.file_meta, "TransferSyntaxUID", None)
    frames = int(data.get("NumberOfFrames", 1) or 1)
    return {
        "file": path.name,
        "maker": str(data.get("Manufacturer", "")),
        "shows": _SHOWS.get(path.name, ""),
        "size": f"{data.get('Columns', '?')}x{data.get('Rows', '?')}"
        + (f" x {frames} frames" if frames > 1 else ""),
        "photometric": str(data.get("PhotometricInterpretation", "?")),
        "syntax": "" if syntax is None else syntax.name.split(",")[0].split(" (")[0],
        "regions (format/type)": ", ".join(regions) or "none",
    }
