"""Pictures of a cohort as the audits read them: small, with their sector and, where there is one, the liver.

Shape suffixes: S side of the reduced picture.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.prepared import read_grey
from livernet.core.data.sector import find_sector
from livernet.core.errors import DataError

SIDE = 256
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Small:
    """One reduced picture."""

    grey_SS: NDArray[np.uint8] = field(repr=False)
    """Grey levels."""
    sector_SS: Mask = field(repr=False)
    """What the probe saw."""
    liver_SS: Mask | None = field(repr=False)
    """The liver; ``None`` where no mask was given, or it is empty."""


def read_small(image: Path, mask: Path | None, side: int = SIDE) -> Small:
    """Read a prepared picture and its mask at ``side`` pixels.

    Raises:
        DataError: a file is missing or damaged, or the mask is of another size.
    """
    grey = Image.fromarray(read_grey(image))
    grey_SS = np.asarray(grey.resize((side, side), Image.Resampling.BILINEAR))
    return Small(grey_SS=grey_SS, sector_SS=find_sector(grey_SS), liver_SS=_read_liver(mask, grey.size, side))


def _read_liver(mask: Path | None, size: tuple[int, int], side: int) -> Mask | None:
    if mask is None:
        return None
    drawn = Image.fromarray(read_grey(mask))
    if drawn.size != size:
        raise DataError(
            f"{mask}: is {drawn.size[0]} pixels wide, its picture {size[0]}",
            "make the cohort again with 'livernet preprocess RAW OUT'",
        )
    liver_SS: Mask = np.asarray(drawn.resize((side, side), Image.Resampling.BILINEAR)) >= 128
    return liver_SS if liver_SS.any() else None
