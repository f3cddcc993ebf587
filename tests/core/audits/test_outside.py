import numpy as np
import pytest

from livernet.core.audits.outside import LEAST, audit_outside, outside_of, texture_outside
from livernet.core.audits.pictures import Small
from tests.core.audits.trials import make_trial, noise

SECTOR = np.ones((100, 100), np.bool_)


def box(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((100, 100), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def test_liver_outline_and_what_is_behind_are_left_out() -> None:
    part = outside_of(SECTOR, box(40, 40, 60, 60), None)
    assert part[20, 50]  # before it
    assert part[80, 20]  # beside it
    assert not part[50, 50]
    assert not part[38:40, 50].any()  # its outline
    assert not part[60:, 42:58].any()  # behind it
    assert not part[0].any()  # the sector's own edge


def test_beams_spread_from_the_apex() -> None:
    part = outside_of(SECTOR, box(45, 30, 55, 35), (50.0, 0.0))
    assert not part[90, 50]
    assert not part[90, 40]  # in the shadow, though not straight below
    assert part[90, 10]
    assert outside_of(SECTOR, box(45, 30, 55, 35), None)[90, 38]


def test_too_little_outside_is_not_asked() -> None:
    grey = np.random.default_rng(0).integers(1, 255, (100, 100)).astype(np.uint8)
    whole = Small(grey_SS=grey, sector_SS=SECTOR, liver_SS=box(0, 5, 100, 100))
    assert texture_outside(whole, None) is None
    assert texture_outside(Small(grey_SS=grey, sector_SS=SECTOR, liver_SS=None), None) is None
    half = Small(grey_SS=grey, sector_SS=SECTOR, liver_SS=box(50, 0, 100, 100))
    assert np.count_nonzero(outside_of(SECTOR, half.liver_SS, None)) > LEAST
    assert texture_outside(half, None) is not None


@pytest.mark.parametrize(("share", "state"), [(0.0, "passed"), (1.5, "failed")])
def test_texture_that_follows_the_stage_is_accused(share: float, state: str) -> None:
    trial = make_trial()
    features = noise(trial, 6)
    features[:, 0] += share * trial.subjects.class_P
    audit = audit_outside(features, trial, "expert")
    assert audit.state == state
    assert audit.numbers["masks"] == "expert"
    assert "(expert masks)" in audit.verdict
    assert ("not found to tell" in audit.verdict) == (state == "passed")
