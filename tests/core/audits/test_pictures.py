from pathlib import Path

import numpy as np
import pytest

from livernet.core.audits.pictures import read_small
from livernet.core.errors import DataError
from livernet.core.files import write_png
from tests.tiny_cohort import SIDE, fan, liver


def test_read_at_another_size(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.where(fan(), 90, 0).astype(np.uint8))
    write_png(tmp_path / "m.png", liver().astype(np.uint8) * 255)
    small = read_small(tmp_path / "a.png", tmp_path / "m.png", side=32)
    assert small.grey_SS.shape == small.sector_SS.shape == (32, 32)
    assert small.liver_SS is not None
    assert small.liver_SS.mean() == pytest.approx(liver().mean(), abs=0.02)


@pytest.mark.parametrize("empty", [True, False])
def test_an_empty_mask_is_none(tmp_path: Path, empty: bool) -> None:
    write_png(tmp_path / "a.png", np.full((SIDE, SIDE), 9, np.uint8))
    write_png(tmp_path / "m.png", np.full((SIDE, SIDE), 0 if empty else 255, np.uint8))
    assert (read_small(tmp_path / "a.png", tmp_path / "m.png").liver_SS is None) == empty
    assert read_small(tmp_path / "a.png", None).liver_SS is None


def test_mask_of_another_size_and_damaged_pictures_are_errors(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((SIDE, SIDE), 9, np.uint8))
    write_png(tmp_path / "m.png", np.full((32, 32), 255, np.uint8))
    with pytest.raises(DataError, match="is 32 pixels wide, its picture 64"):
        read_small(tmp_path / "a.png", tmp_path / "m.png")
    (tmp_path / "a.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(DataError, match=r"a\.png"):
        read_small(tmp_path / "a.png", None)
