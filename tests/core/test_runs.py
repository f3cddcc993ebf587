from pathlib import Path

import pytest

from livernet.core.errors import ConfigError, DataError, OutputError
from livernet.core.files import write_json
from livernet.core.runs import find_run, find_unfinished, open_run, provenance, read_run, run_path


def facts(**more: object) -> dict[str, object]:
    return provenance("cv", "livernet cv", {"seed": 0, **more})


def test_a_run_says_how_it_was_made(tmp_path: Path) -> None:
    run = open_run(tmp_path / "a", facts(), same=("seed",))
    assert read_run(run.path)["status"] == "running"
    run.finish(result=3)
    kept = read_run(run.path)
    assert (kept["status"], kept["result"], kept["kind"], kept["command"]) == (
        "finished",
        3,
        "cv",
        "livernet cv",
    )
    assert kept["libraries"]["torch"]
    assert kept["seconds"] >= 0


def test_continuing_needs_the_same_settings(tmp_path: Path) -> None:
    open_run(tmp_path / "a", facts(), same=("seed",))
    open_run(tmp_path / "a", facts(), same=("seed",))
    with pytest.raises(OutputError, match="holds a run that differs in seed"):
        open_run(tmp_path / "a", facts(seed=1), same=("seed",))


def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("")
    with pytest.raises(OutputError, match="is not empty and holds no run"):
        open_run(tmp_path, facts(), same=())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


def test_newest_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"no finished run under \./runs"):
        find_run(None)
    open_run(Path("runs/b"), facts(started="2026-01-01T00:00:00"), same=()).finish()
    open_run(Path("runs/a"), facts(started="2026-01-02T00:00:00"), same=()).finish()
    open_run(Path("runs/c"), facts(started="2026-01-03T00:00:00"), same=())
    assert find_run(None) == Path("runs/a")
    assert find_run(Path("runs/b")) == Path("runs/b")
    with pytest.raises(DataError, match="is an unfinished cv/train run"):
        find_run(Path("runs/c"))
    assert find_unfinished("cv") == Path("runs/c")
    with pytest.raises(DataError, match="no unfinished train run"):
        find_unfinished("train")
    with pytest.raises(DataError, match="is no predict run"):
        find_run(Path("runs/a"), ("predict",))


def test_damaged_runs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a run folder"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(DataError, match="is not valid JSON"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(DataError, match="does not describe a run"):
        read_run(tmp_path)


def test_where_a_run_goes() -> None:
    assert str(run_path("cv", None)).startswith(str(Path("runs/cv-20")))
    assert run_path("cv", "first") == Path("runs/first")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/a"])
def test_a_name_does_not_lead_out_of_runs(name: str) -> None:
    with pytest.raises(ConfigError, match="is not the name of a folder"):
        run_path("cv", name)


def test_a_run_of_another_kind_or_with_a_damaged_time(tmp_path: Path) -> None:
    write_json(tmp_path / "a/run.json", facts(seconds="soon"))
    assert open_run(tmp_path / "a", facts(), same=()).facts["seconds"] is None
    with pytest.raises(OutputError, match="a: holds a cv run"):
        open_run(tmp_path / "a", facts() | {"kind": "train"}, same=("kind", "seed"))
    with pytest.raises(OutputError, match="holds a run that differs in cohort or folds"):
        open_run(tmp_path / "a", facts(split=3), same=("split",))
