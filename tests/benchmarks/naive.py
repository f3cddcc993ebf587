"""What simpler tools would have kept of the same screens, and whose name would still be there."""

from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

from tests.benchmarks.known import Known, ink_in

LEGIBLE = 0.5
"""Part of a text's ink that must be kept for it to count as leaked."""
TOOLS = (
    "rectangle of the true sector",
    "SequenceOfUltrasoundRegions alone",
    "metadata stripped, pixels untouched",
)


def kept_by(tool: str, known: Known) -> NDArray[np.bool_]:
    """The pixels of a screen that a tool leaves, bool (H, W)."""
    everything = np.ones(known.shape, np.bool_)
    if tool == TOOLS[0]:
        return _rectangles(known)
    if tool == TOOLS[1]:
        boxes = _tissue_boxes(known)
        return _boxed(known.shape, boxes) if boxes else everything
    return everything


def leaked_texts(known: Known, kept_HW: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """The texts with patient data that stay legible in an area."""
    found = []
    for mark in known.texts():
        ink, of = ink_in(mark, kept_HW)
        if of and ink / of >= LEGIBLE:
            found.append(mark)
    return found


def compare(known: list[Known]) -> dict[str, Any]:
    """For each tool: on how many screens a name, number, date or hospital survives in the pixels."""
    table = {}
    for tool in TOOLS:
        leaks = [item for item in known if leaked_texts(item, kept_by(tool, item))]
        dicom = [item for item in leaks if _is_dicom(item)]
        table[tool] = {"leaking": len(leaks), "leaking_dicom": len(dicom), "pictures": len(known)}
    table["dicom_files"] = sum(_is_dicom(item) for item in known)
    return table


def _rectangles(known: Known) -> NDArray[np.bool_]:
    """The bounding rectangle of each true panel; the whole screen where there is none."""
    kept_HW = np.zeros(known.shape, np.bool_)
    for mask_HW in known.panel_masks():
        rows, columns = np.nonzero(mask_HW)
        kept_HW[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return kept_HW if kept_HW.any() else np.ones(known.shape, np.bool_)


def _is_dicom(known: Known) -> bool:
    with known.path.open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def _tissue_boxes(known: Known) -> list[tuple[int, int, int, int]]:
    if not _is_dicom(known):
        return []
    data = pydicom.dcmread(known.path, stop_before_pixels=True)
    return [
        (
            item.RegionLocationMinX0,
            item.RegionLocationMinY0,
            item.RegionLocationMaxX1 + 1,
            item.RegionLocationMaxY1 + 1,
        )
        for item in data.get("SequenceOfUltrasoundRegions", [])
        if item.RegionSpatialFormat == 1 and item.RegionDataType == 1
    ]


def _boxed(shape: tuple[int, int], boxes: list[tuple[int, int, int, int]]) -> NDArray[np.bool_]:
    kept_HW = np.zeros(shape, np.bool_)
    for x0, y0, x1, y1 in boxes:
        kept_HW[y0:y1, x0:x1] = True
    return kept_HW
