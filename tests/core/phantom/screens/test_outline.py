import json

import numpy as np
import pytest

from livernet.core.phantom.scan import Probe
from livernet.core.phantom.screens.exposure import draw_probe
from livernet.core.phantom.screens.outline import KINDS, inside_mask, place

WINDOW = (20, 10, 420, 330)


def probe(kind: str) -> Probe:
    return draw_probe(np.random.default_rng(3), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_outline_lies_in_its_window_and_its_document_draws_the_same_mask(kind: str) -> None:
    outline = place(kind, probe(kind), WINDOW, fill=1.2)
    mask = inside_mask(json.loads(json.dumps(outline.document())), (400, 500))
    x0, y0, x1, y1 = outline.box
    np.testing.assert_array_equal(mask[y0:y1, x0:x1], outline.inside_hw)
    assert mask.sum() == outline.inside_hw.sum() > 20_000
    assert WINDOW[0] <= x0 < x1 <= WINDOW[2]
    assert WINDOW[1] <= y0 < y1 <= WINDOW[3]


def test_only_the_cut_sector_reaches_the_lower_border() -> None:
    bottom = {kind: int(place(kind, probe(kind), WINDOW, fill=1.25).inside_hw[-1].sum()) for kind in KINDS}
    assert bottom["cut"] > 50
    assert bottom["convex"] < 50
    assert bottom["phased"] < 50


def test_trapezoid_has_a_flat_top_and_slanted_sides() -> None:
    inside = place("trapezoid", probe("trapezoid"), WINDOW).inside_hw
    widths = inside.sum(axis=1)
    assert widths[1] > 60
    assert abs(int(widths[2]) - int(widths[0])) <= 4
    assert widths[150] > widths[1] + 20


def test_phased_begins_in_a_point() -> None:
    inside = place("phased", probe("phased"), WINDOW).inside_hw
    assert inside.sum(axis=1)[6:12].max() < 40


def test_linear_is_a_filled_rectangle() -> None:
    outline = place("linear", probe("linear"), WINDOW)
    assert outline.inside_hw.all()
    assert outline.apex is None


@pytest.mark.parametrize("kind", KINDS)
def test_depth_grows_downwards_from_the_face(kind: str) -> None:
    given = probe(kind)
    _, depth_S1, x, _ = given.beams()
    outline = place(kind, given, WINDOW)
    depth = outline.to_screen(np.broadcast_to(depth_S1, x.shape).astype(np.float32))
    middle = depth[:, depth.shape[1] // 2][outline.inside_hw[:, depth.shape[1] // 2]]
    assert middle[0] < 2.5
    assert middle[-1] > 0.97 * given.depth_mm
    steps = np.diff(middle)[5:-5]
    assert np.median(steps) == pytest.approx(outline.mm_per_px, rel=0.02)
    assert not depth[~outline.inside_hw].any()
