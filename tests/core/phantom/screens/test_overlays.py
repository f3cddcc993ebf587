import numpy as np
import pytest
from scipy import ndimage

from livernet.core.phantom.screens.cases import MARKS
from tests.core.phantom.screens.samples import case, shot

KINDS = {
    "calipers": "caliper", "ellipse": "ellipse", "guide": "guide", "pointer": "pointer", "ecg": "ecg",
    "body mark": "body mark",
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_each_mark_is_drawn_where_it_is_named(name: str) -> None:
    with_mark = shot(case(marks=(name,)), console=1)
    without = shot(case(), console=1)
    assert KINDS[name] in {mark.kind for mark in with_mark.marks}
    assert KINDS[name] not in {mark.kind for mark in without.marks}


def test_calipers_lie_in_the_picture() -> None:
    found = shot(case(marks=("calipers",)), console=2)
    assert sum(mark.inside for mark in found.marks if mark.kind == "caliper") > 10


@pytest.mark.parametrize("seed", range(4))
def test_text_lies_in_the_picture_only_where_it_is_said_to(seed: int) -> None:
    all_but_inside = tuple(MARKS)
    outside = shot(case(marks=all_but_inside), console=3 + seed, seed=seed)
    assert not any(mark.inside for mark in outside.marks if mark.text)
    inside = shot(case(marks=("text inside",)), console=3 + seed, seed=seed)
    assert sum(mark.inside > 0 for mark in inside.marks if mark.text) == 1


def test_touching_text_ends_within_three_pixels_of_the_picture() -> None:
    found = shot(case(marks=("touching text",), probe="linear"), console=3)
    (x0, y0, x1, y1) = found.exposures[0].outline.box
    inside = np.zeros(found.frames_THW3[0].shape[:2], bool)
    inside[y0:y1, x0:x1] = True
    away = ndimage.distance_transform_edt(~inside)
    near = [
        away[m.box[1] : m.box[3], m.box[0] : m.box[2]][m.ink_hw].min()
        for m in found.marks
        if m.kind in {"name", "id", "birth", "label"}
    ]
    assert 1 <= min(near) <= 4
