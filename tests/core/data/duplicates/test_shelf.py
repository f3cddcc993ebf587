import tempfile

import numpy as np
import pytest

from livernet.core.data.duplicates import shelf
from livernet.core.data.duplicates.shelf import Shelf
from livernet.core.errors import OutputError


@pytest.mark.parametrize("held", [1 << 20, 1], ids=["in memory", "in a file"])
def test_rows_come_back_as_they_were_put_in(monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr(shelf, "_HELD", held)
    levels = np.arange(60, dtype=np.float16).reshape(10, 2, 3)
    rows = Shelf((2, 3), np.float16)
    rows.append(levels[:4])
    assert np.array_equal(rows.pick(np.array([3])), levels[[3]])
    rows.append(levels[4:])
    places = np.array([9, 0, 4, 0])
    assert np.array_equal(rows.pick(places), levels[places])
    assert rows.pick(places[:0]).shape == (0, 2, 3)
    rows.close()


def test_no_room_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "_HELD", 1)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    rows = Shelf((3,), np.float16)
    with pytest.raises(OutputError, match=r"cannot be put aside .*\(No space left on device\)") as caught:
        rows.append(np.zeros((2, 3)))
    assert "TMPDIR" in caught.value.hint
    rows.close()
