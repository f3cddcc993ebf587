import json
from pathlib import Path

import pytest

from livernet.core.errors import OutputError
from livernet.core.infer.output import OutputFolder, figure_name, mask_name

FACTS = {"kind": "predict", "status": "running"}


def test_a_new_folder_is_made_when_opened_and_not_before(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "p")
    assert not (tmp_path / "p").exists()
    folder.open(FACTS, ["a"])
    assert json.loads((tmp_path / "p/run.json").read_text())["status"] == "running"
    folder.finish(abstained=[])
    facts = json.loads((tmp_path / "p/run.json").read_text())
    assert (facts["status"], facts["scans"], facts["abstained"]) == ("finished", ["a"], [])


def test_an_earlier_folder_of_predictions_loses_its_own_files_and_no_others(tmp_path: Path) -> None:
    OutputFolder(tmp_path).open(FACTS, ["a", "../b"])
    (tmp_path.parent / "b_mask.png").touch()
    for name in ("predictions.csv", mask_name("a"), figure_name("a"), "notes.txt"):
        (tmp_path / name).touch()
    again = OutputFolder(tmp_path)
    assert (tmp_path / "a_mask.png").exists()
    again.open(FACTS, ["c"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "run.json"]
    assert (tmp_path.parent / "b_mask.png").exists()  # a name that leaves the folder is not ours


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(OutputError, match="is not empty and holds no predictions"):
        OutputFolder(tmp_path)
    (tmp_path / "run.json").write_text('{"kind": "cv"}')
    with pytest.raises(OutputError, match="holds a cv run"):
        OutputFolder(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(OutputError, match="holds no predictions"):
        OutputFolder(tmp_path)


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p").touch()
    with pytest.raises(OutputError, match="holds no predictions"):
        OutputFolder(tmp_path / "p")
