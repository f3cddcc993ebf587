import numpy as np
import pytest

from livernet.core.phantom.plan import Patient
from livernet.core.phantom.shot import Sitting, seat, take

PATIENT = Patient(index=4, score=2.5, stage=2, images=2, skin=3)


@pytest.fixture(scope="module")
def sitting() -> Sitting:
    return seat(0, PATIENT)


def test_a_patient_is_the_same_whenever_he_is_seated(sitting: Sitting) -> None:
    assert seat(0, PATIENT) == sitting
    assert seat(1, PATIENT).habitus != sitting.habitus


def test_pictures_of_a_patient_share_the_console_and_differ_in_view(sitting: Sitting) -> None:
    first, second = take(0, sitting, 0), take(0, sitting, 1)
    assert first.screen_HWC.shape == second.screen_HWC.shape
    assert first.view != second.view
    assert not np.array_equal(first.screen_HWC, second.screen_HWC)


def test_a_picture_does_not_depend_on_what_was_drawn_before(sitting: Sitting) -> None:
    take(0, sitting, 0)
    np.testing.assert_array_equal(take(0, sitting, 1).screen_HWC, take(0, seat(0, PATIENT), 1).screen_HWC)


def test_masks_lie_in_the_sector_and_nearly_agree(sitting: Sitting) -> None:
    shot = take(0, sitting, 0)
    first, second = shot.masks_HW
    x0, y0, x1, y1 = shot.sector.viewport
    inside = np.zeros(first.shape, bool)
    inside[y0:y1, x0:x1] = shot.sector.inside
    assert first.shape == shot.screen_HWC.shape[:2]
    assert not (first & ~inside).any()
    assert 0.15 < first.sum() / inside.sum() < 0.95
    overlap = 2 * (first & second).sum() / (first.sum() + second.sum())
    assert 0.9 < overlap < 1.0


def test_liver_is_neither_black_nor_white(sitting: Sitting) -> None:
    shot = take(0, sitting, 0)
    liver = shot.screen_HWC[..., 0][shot.masks_HW[0]]
    assert 20 < float(np.median(liver)) < 200
    assert float((liver == 255).mean()) < 0.05
