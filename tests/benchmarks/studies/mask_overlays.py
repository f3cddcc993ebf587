"""Outlines on the pictures of the study of masks, best first; for eyes alone, never for the repository."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.segmentation import find_boundaries

from livernet.core.data.predictions import Prediction
from livernet.core.data.prepared import read_grey
from tests.benchmarks.studies.mask_cohorts import Data

_EXPERT, _NETWORK = (90, 230, 90), (255, 80, 220)
_SMALL, _ACROSS = 240, 8


def write_overlays(folder: Path, data: Data, rows: Sequence[Prediction], masks: Mapping[str, Path]) -> None:
    """A picture a case, named by rank and Dice, and all small on one sheet: expert green, network pink."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {data.image(row): row for row in data.rows["aul"]}
    ordered = sorted(rows, key=lambda row: -(row.dice or 0.0))
    sheet = Image.new("RGB", (_ACROSS * _SMALL, -(-len(ordered) // _ACROSS) * _SMALL))
    for rank, row in enumerate(ordered):
        cohort, _ = data.cohort[places[row.image]]
        drawn = _draw(read_grey(cohort.folder / row.image), data.expert(places[row.image]), masks[row.image])
        drawn.save(folder / f"{rank + 1:02d}-{row.dice:.3f}.png")
        place = (rank % _ACROSS * _SMALL, rank // _ACROSS * _SMALL)
        sheet.paste(drawn.resize((_SMALL, _SMALL)), place)
    sheet.save(folder / "sheet.png")


def _draw(grey_HW: NDArray[np.uint8], expert_HW: NDArray[np.bool_], mask: Path) -> Image.Image:
    colour_HW3 = np.repeat(grey_HW[..., None], 3, axis=-1)
    for mask_HW, colour in ((expert_HW, _EXPERT), (read_grey(mask) >= 128, _NETWORK)):
        colour_HW3[find_boundaries(mask_HW, mode="thick")] = colour
    return Image.fromarray(colour_HW3)
