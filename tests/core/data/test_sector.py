import numpy as np

from livernet.core.data.sector import find_sector
from tests.tiny_cohort import fan


def test_sector_includes_dark_blood_and_no_border() -> None:
    grey = np.where(fan(), 80, 0).astype(np.uint8)
    grey[30:40, 28:36] = 0
    assert (find_sector(grey) == fan()).all()
    assert not find_sector(np.zeros((8, 8), np.uint8)).any()
