from dataclasses import replace

import numpy as np
import pytest

from livernet.core.preprocess.sector.numbers import as_numbers, as_sector, depths, spans
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE

BOX = Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(80.0, 30.0, 320.0, 260.0))
CUT = replace(CONVEX, box=(60.0, 50.0, 340.0, 240.0))
PHASED = Sector(apex=(200.0, 12.0), radii=(0.0, 270.0), angles=(-0.7, 0.5), box=(0.0, 0.0, 399.0, 299.0))


def rows_of(sector, grown):
    """The mask that the pieces of the rows make."""
    start, end, hole, behind = (
        part[0] for part in spans(as_numbers([sector]), np.arange(300, dtype=np.float32), 400, grown)
    )
    mask = np.zeros(SHAPE, bool)
    for row, (a, b, c, d) in enumerate(zip(start, end, hole, behind, strict=True)):
        mask[row, a:b] = True
        mask[row, c:d] = False
    return mask


@pytest.mark.parametrize("sector", [CONVEX, CUT, PHASED, BOX])
@pytest.mark.parametrize("grown", [0.0, -3.0])
def test_pieces_of_rows_agree_with_the_mask(sector, grown):
    assert (rows_of(sector, grown) ^ sector.mask(SHAPE, margin=-grown)).sum() <= 4


def test_depths_agree_with_the_mask():
    y, x = np.indices(SHAPE, dtype=np.float32)
    sectors = [CONVEX, CUT, BOX]
    for sector, depth in zip(sectors, depths(as_numbers(sectors), x.ravel(), y.ravel()), strict=True):
        assert ((depth >= 0).reshape(SHAPE) ^ sector.mask(SHAPE)).sum() <= 4


@pytest.mark.parametrize("sector", [CONVEX, BOX])
def test_there_and_back(sector):
    back = as_sector(as_numbers([sector])[0])
    assert back.kind == sector.kind
    assert back.box == sector.box
    assert back.angles == pytest.approx(sector.angles, abs=1e-6)
