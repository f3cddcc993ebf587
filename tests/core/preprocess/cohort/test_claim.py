import json

import pytest

from livernet.core.errors import OutputError
from livernet.core.preprocess.cohort import claim
from livernet.core.preprocess.cohort.claim import claimed, clear, finish, is_half_way, put_in_place


def cohort(folder, content: str, *extra: str):
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a.png").write_text(content)
    names = ["images/a.png", "manifest.csv", *extra]
    for name in names[1:]:
        (folder / name).write_text(content)
    (folder / "preprocess.json").write_text(json.dumps({"outcome": {"files": dict.fromkeys(names, "")}}))
    return folder


def state(out):
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*") if path.is_file()}


def test_a_whole_cohort_takes_the_place_of_another(tmp_path):
    out = cohort(tmp_path / "out", "old", "review-2.html", "decisions.csv")
    (out / "notes.txt").write_text("mine")
    (out / ".writing-pieces").mkdir()
    put_in_place(cohort(out / ".writing-x", "new", "review.html"), out)
    made = state(out)
    assert made.pop("notes.txt") == "mine"
    assert set(made) == {"images/a.png", "manifest.csv", "review.html", "preprocess.json"}
    assert made["images/a.png"] == "new"


@pytest.mark.parametrize("steps", range(5))
def test_whoever_comes_next_finishes_what_was_begun(tmp_path, monkeypatch, steps):
    out = cohort(tmp_path / "out", "old", "decisions.csv")
    real, left = claim._remove, [steps]

    def fail_after(path):
        if left[0] == 0:
            raise PermissionError(13, "Permission denied", str(path))
        left[0] -= 1
        real(path)

    monkeypatch.setattr(claim, "_remove", fail_after)
    work = cohort(out / ".writing-x", "new", "review.html")
    if steps < 4:
        with pytest.raises(OutputError, match="Permission denied") as caught:
            put_in_place(work, out)
        assert "repeat the command" in caught.value.hint
        assert is_half_way(out) is (steps < 3)
    else:
        put_in_place(work, out)
    monkeypatch.setattr(claim, "_remove", real)
    (out / ".writing-pieces").mkdir(exist_ok=True)
    finish(out) if is_half_way(out) else clear(out)
    assert not any(path.name.startswith(".writing-") for path in out.iterdir())
    made = {name: text for name, text in state(out).items() if not name.startswith(".writing-")}
    assert set(made) == {"images/a.png", "manifest.csv", "review.html", "preprocess.json"}
    assert made["manifest.csv"] == made["images/a.png"] == "new"
    assert not is_half_way(out)


def test_one_run_at_a_time(tmp_path):
    out = tmp_path / "out"
    with (
        claimed(out),
        pytest.raises(OutputError, match="another run is at work there"),
        claimed(out),
    ):
        pass
    assert not out.exists()


def test_a_folder_with_pieces_stays(tmp_path):
    with claimed(tmp_path / "out"):
        (tmp_path / "out" / ".writing-pieces").mkdir()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".writing-pieces"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"), claimed(tmp_path / "file" / "out"):
        pass
