import numpy as np
import pytest

from livernet.core.phantom.screens.exposure import draw_probe, expose
from livernet.core.phantom.screens.outline import KINDS
from tests.core.phantom.screens.samples import guest

WINDOW = (10, 10, 250, 210)


@pytest.mark.parametrize("kind", KINDS)
def test_every_probe_gives_speckle_inside_its_outline(kind: str) -> None:
    made = expose(np.random.default_rng(1), guest(), kind, "plain", window=WINDOW)
    (grey,) = made.frames_Thw
    inside = made.outline.inside_hw
    assert np.isfinite(grey).all()
    assert 15 < float(grey[inside].mean()) < 200
    assert not grey[~inside].any()
    assert made.masks_hw[0].shape == inside.shape
    assert not (made.masks_hw[0] & ~inside).any()


def test_frames_differ_and_conditions_darken() -> None:
    made = expose(np.random.default_rng(2), guest(), "convex", "plain", window=WINDOW, frames=2)
    assert not np.array_equal(*made.frames_Thw)
    dark = expose(np.random.default_rng(2), guest(), "convex", "low gain", window=WINDOW)
    assert dark.frames_Thw[0].mean() < 0.8 * made.frames_Thw[0].mean()


def test_probes_have_usual_fields_of_view() -> None:
    rng = np.random.default_rng(0)
    phased = draw_probe(rng, "phased")
    assert 70 < np.degrees(2 * phased.half_angle) < 95
    linear = draw_probe(rng, "linear")
    assert 36 < 2 * linear.radius_mm * np.sin(linear.half_angle) < 54
