from pathlib import Path

import pytest

from livernet.core.audits.look import look_at
from livernet.core.audits.texture import LENGTH
from livernet.core.errors import DataError
from tests.tiny_cohort import make_cohort


def test_each_picture_is_seen_once(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path)
    looks = look_at(cohort, (0, 2, 3), {}, lambda row: tmp_path / row.mask if row.stage else None)
    assert looks.sector_ND.shape == (3, LENGTH)
    assert looks.border_ND.shape == (3, 12)
    assert looks.masks == 2
    assert [found is None for found in looks.outside] == [True, False, False]


def test_a_damaged_picture_is_an_error_with_its_name(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path)
    (tmp_path / cohort.rows[1].image).write_bytes(b"broken")
    with pytest.raises(DataError, match=r"01-0\.png"):
        look_at(cohort, (0, 1), {}, lambda _: None)
