"""One look at every picture: all that the audits before training need of it.

Shape suffixes: N images, D features.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from livernet.core.audits.origin import Facts, apex_of, border_of
from livernet.core.audits.outside import texture_outside
from livernet.core.audits.pictures import SIDE, read_small
from livernet.core.audits.quick import Floats
from livernet.core.audits.texture import texture
from livernet.core.data.manifest import Cohort, Row

MaskOf = Callable[[Row], Path | None]


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What was seen of N images."""

    sector_ND: Floats = field(repr=False)
    """Texture of the whole sector."""
    border_ND: Floats = field(repr=False)
    """Extent and form of the black border."""
    outside: tuple[Floats | None, ...] = field(repr=False)
    """Texture outside the liver; ``None`` where there is no mask or too little is left."""
    masks: int
    """Images with a mask."""


def look_at(cohort: Cohort, images: Sequence[int], facts: Mapping[str, Facts], mask_of: MaskOf) -> Looks:
    """Read these rows of a cohort; ``mask_of`` tells where the mask of a row lies, if anywhere.

    Raises:
        DataError: a picture or a mask is missing or damaged.
    """
    sectors: list[Floats] = []
    borders: list[Floats] = []
    outside: list[Floats | None] = []
    masks = 0
    for row in (cohort.rows[i] for i in images):
        small = read_small(cohort.folder / row.image, mask_of(row))
        sectors.append(texture(small.grey_SS, small.sector_SS))
        borders.append(border_of(small.sector_SS))
        outside.append(texture_outside(small, apex_of(facts.get(row.image, {}), SIDE)))
        masks += small.liver_SS is not None
    return Looks(
        sector_ND=np.stack(sectors), border_ND=np.stack(borders), outside=tuple(outside), masks=masks
    )
