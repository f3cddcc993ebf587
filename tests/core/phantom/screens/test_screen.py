import numpy as np
import pytest

from livernet.core.phantom.screens.cases import MODES
from livernet.core.phantom.screens.consoles import CONSOLES
from tests.core.phantom.screens.samples import case, shot


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_has_its_pictures_and_regions(mode: str) -> None:
    made = shot(case(mode), console=1)
    assert len(made.exposures) == {"dual": 2, "page": 0}.get(mode, 1)
    kinds = [(region.spatial_format, region.data_type) for region in made.regions]
    assert kinds.count((1, 1)) == len(made.exposures)
    expected = {"colour": (1, 2), "power": (1, 2), "spectral": (3, 3), "mmode": (2, 1)}.get(mode)
    assert expected is None or expected in kinds
    height, width = made.frames_THW3[0].shape[:2]
    for region in made.regions:
        x0, y0, x1, y1 = region.box
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height


def test_flow_is_coloured_and_b_mode_is_not() -> None:
    def coloured(mode: str) -> int:
        made = shot(case(mode), console=2)
        x0, y0, x1, y1 = made.exposures[0].outline.box
        pixels = made.frames_THW3[0][y0:y1, x0:x1][made.exposures[0].outline.inside_hw].astype(int)
        return int((np.ptp(pixels, axis=1) > 60).sum())

    assert coloured("colour") > 100
    assert coloured("power") > 100
    assert coloured("bmode") == 0


def test_panels_of_a_dual_screen_lie_side_by_side() -> None:
    left, right = shot(case("dual"), console=2).exposures
    assert left.outline.box[2] <= right.outline.box[0]


def test_in_a_cine_loop_only_echoes_move() -> None:
    made = shot(case(file="cine", marks=("calipers",)), console=0)
    first, second = made.frames_THW3[:2]
    outline = made.exposures[0].outline
    inside = np.zeros(first.shape[:2], bool)
    x0, y0, x1, y1 = outline.box
    inside[y0:y1, x0:x1] = outline.inside_hw
    differs = (first != second).any(axis=2)
    assert not differs[~inside].any()
    assert differs[inside].mean() > 0.4
    caliper = next(mark for mark in made.marks if mark.kind == "caliper")
    left, top, right, bottom = caliper.box
    assert not differs[top:bottom, left:right][caliper.ink_hw].all()


@pytest.mark.parametrize("console", range(len(CONSOLES)))
def test_screen_has_the_consoles_size_and_names_the_patient(console: int) -> None:
    made = shot(case(), console=console)
    assert made.frames_THW3[0].shape == (*CONSOLES[console].size[::-1], 3)
    assert "name" in {mark.kind for mark in made.marks}
    first, second = made.liver_masks()
    assert 2 * (first & second).sum() / (first.sum() + second.sum()) > 0.85
