import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.errors import OutputError
from livernet.core.files import (
    check_writable,
    flush,
    is_vacant,
    sha256,
    write_bytes,
    write_chunks,
    write_csv,
    write_json,
    write_png,
    write_scratch,
    write_together,
)


def test_round_trips(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "x.json", {"Ω": [1, None]})
    assert json.loads((tmp_path / "a" / "x.json").read_text(encoding="utf-8")) == {"Ω": [1, None]}
    write_csv(tmp_path / "x.csv", ("a", "b"), [("1,2", 'say "no"')])
    assert (tmp_path / "x.csv").read_bytes() == b'a,b\n"1,2","say ""no"""\n'
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    write_png(tmp_path / "x.png", grey)
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.mode == "L"
        assert not picture.info
        assert np.array_equal(np.asarray(picture), grey)


@pytest.mark.parametrize("shape", [(1, 1), (7, 1), (1, 9), (33, 50)])
def test_png_of_any_size(tmp_path: Path, shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    write_png(tmp_path / "x.png", np.repeat(grey, 2, axis=1)[:, ::2])
    with Image.open(tmp_path / "x.png") as picture:
        assert np.array_equal(np.asarray(picture), grey)


def test_nan_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", float("nan"))
    assert not list(tmp_path.iterdir())


def test_disk_full_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes(tmp_path / "x", b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"x: cannot be written \(No space left on device\)"):
        write_bytes(tmp_path / "x", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"old"


def test_a_file_is_written_chunk_by_chunk_or_not_at_all(tmp_path: Path) -> None:
    write_chunks(tmp_path / "x", (f"{n}\n".encode() for n in range(3)))
    assert (tmp_path / "x").read_bytes() == b"0\n1\n2\n"
    with pytest.raises(ZeroDivisionError):
        write_chunks(tmp_path / "x", (b"a" * (1 // n) for n in (1, 0)))
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"0\n1\n2\n"


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_bytes(tmp_path / "file" / "x", b"")


def test_what_cannot_be_written_is_known_before_the_work(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "page.html")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"page\.html: cannot be written"):
        check_writable(tmp_path / "file" / "page.html")


def test_sha256() -> None:
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_file_name_that_is_no_text_can_be_written_down(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.png")
    write_json(tmp_path / "x.json", {"scan": name})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"scan": name}
    write_csv(tmp_path / "x.csv", ("scan",), [(name,)])
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == "scan\n\\udcff.png\n"


def test_files_that_belong_together_are_there_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_together({tmp_path / "a": b"new", tmp_path / "a" / "c": b"new"})
    assert (tmp_path / "a").read_text() == "old"
    write_together({tmp_path / "a": b"1", tmp_path / "b/c": b"2"})
    assert (tmp_path / "a").read_text() + (tmp_path / "b/c").read_text() == "12"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_what_a_killed_write_left_behind_does_not_count(tmp_path: Path) -> None:
    assert is_vacant(tmp_path / "none")
    (tmp_path / ".writing-x").mkdir()
    assert is_vacant(tmp_path)
    (tmp_path / "thesis.doc").touch()
    assert not is_vacant(tmp_path)
    assert not is_vacant(tmp_path / "thesis.doc")


def test_scratch_files_are_written_and_failures_are_told(tmp_path: Path) -> None:
    write_scratch(tmp_path / "a", b"1")
    flush()
    assert (tmp_path / "a").read_bytes() == b"1"
    with pytest.raises(OutputError, match=r"none/a: cannot be written \(No such file"):
        write_scratch(tmp_path / "none" / "a", b"1")
