import subprocess
import sys
from pathlib import Path

import pytest

from livernet.core.errors import OutputError
from livernet.core.lock import locked


def test_a_folder_is_for_one_run_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with locked(folder):
        with pytest.raises(OutputError, match="another run is at work there"), locked(folder):
            pass
        code = (
            f"import pathlib, livernet.core.lock as lock\nwith lock.locked(pathlib.Path({str(folder)!r})): 1"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another run is at work there" in other.stderr
    assert not folder.exists()


def test_what_was_written_stays_and_the_lock_goes(tmp_path: Path) -> None:
    with locked(tmp_path / "run"):
        (tmp_path / "run/a").touch()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["a"]
    with locked(tmp_path / "run"):
        assert (tmp_path / "run/a").exists()


def test_a_place_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(OutputError, match="cannot be written"), locked(tmp_path / "run"):
        pass
