import numpy as np

from livernet.core.phantom.screens.forms import draw_form
from tests.core.phantom.screens.samples import guest


def test_names_are_unique_and_some_have_no_suffix_or_carry_the_patient() -> None:
    rng, who = np.random.default_rng(0), guest().who
    forms = [draw_form(rng, ("png", "jpg", "dcm", "cine")[k % 4], who, k) for k in range(200)]
    paths = [form.path for form in forms]
    assert len(set(paths)) == 200
    bare = [path for path in paths if "." not in path]
    assert 8 <= len(bare) <= 40
    assert any(who.hangul in path for path in paths)
    assert any(who.name.replace(" ", "_") in path for path in paths)
    assert {form.tags for form in forms} == {"right", "missing", "wrong", "off screen", "whole screen"}
    assert not any(form.exif for form in forms if form.container in {"dcm", "cine"})
