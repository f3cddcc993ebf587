import numpy as np
import pytest

from livernet.core.phantom.screens.flow import add_flow
from livernet.core.phantom.screens.outline import Outline

OUTLINE = Outline(
    kind="linear", apex=None, radii=(0.0, 0.0), half_angle=0.0, box=(30, 20, 230, 180), mm_per_px=0.3
)


@pytest.mark.parametrize("power", [False, True])
def test_colour_appears_in_the_box_alone(power: bool) -> None:
    rng = np.random.default_rng(0)
    grey = rng.uniform(0, 200, (160, 200)).astype(np.float32)
    before = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    after, (x0, y0, x1, y1) = add_flow(rng, before, grey, OUTLINE, power=power)
    coloured = np.ptp(after.astype(int), axis=2) > 60
    rows, columns = np.nonzero(coloured)
    assert len(rows) > 50
    assert y0 - 20 <= rows.min() <= rows.max() < y1 - 20
    assert x0 - 30 <= columns.min() <= columns.max() < x1 - 30
    blue = (after[..., 2].astype(int) - after[..., 0] > 60).any()
    assert blue == (not power)
