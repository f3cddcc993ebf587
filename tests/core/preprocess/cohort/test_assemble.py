import csv
import json

import numpy as np
import pytest

from livernet.core.data.manifest import Row, load_manifest
from livernet.core.errors import OutputError
from livernet.core.files import json_bytes
from livernet.core.preprocess.cohort.assemble import Entry, Refused, assemble, read_map, write_map
from livernet.core.preprocess.cohort.claim import put_in_place
from livernet.core.preprocess.cohort.verdicts import Decided
from tests.core.preprocess.screens import save

SQUARE = np.full((64, 64), 90, np.uint8)


@pytest.fixture
def folders(tmp_path):
    out = tmp_path / "out"
    work, store = out / ".writing-x", out / ".writing-pieces"
    work.mkdir(parents=True)
    return out, work, store


def entry(folder, stem, risk=0.1):
    """An image whose file lies in a folder."""
    path = save(folder / f"{stem}.png", SQUARE)
    facts = json.dumps({"checks": {"risk": risk}, "admitted": False}).encode()

    def piece(part):
        return {"facts": facts, "before": b"\xff"}.get(part) or path.read_bytes()

    return Entry(
        row=Row(image=f"images/{stem}.png", patient=stem[:2], stage=2), parts=("images",), piece=piece
    )


def test_pieces_become_a_cohort(folders):
    out, work, store = folders
    refused = [Refused(token="Q2", file="kim.png", reason="too small (3)", remedy="export"),
               Refused(token="Q1", file="lee.png", reason="too small (4)", remedy="export")]  # fmt: skip
    entries = [entry(store, "P2_01"), entry(store, "P1_01", risk=0.8)]
    assemble(work, entries, refused, [], {"kind": "livernet cohort"})
    put_in_place(work, out)
    assert [row.image for row in load_manifest(out).rows] == ["images/P1_01.png", "images/P2_01.png"]
    record = json.loads((out / "preprocess.json").read_text())
    assert record["outcome"]["reasons"] == {"too small": 2}
    assert "review.html" in record["outcome"]["files"]
    tokens = [row["token"] for row in csv.DictReader((out / "quarantine.csv").read_text().splitlines())]
    assert tokens == ["Q1", "Q2"]
    assert not any(path.name.startswith(".writing-") for path in out.iterdir() if path != work)
    assert "kim" not in "".join(p.read_text() for p in out.rglob("*.csv"))


def test_decisions_are_listed(folders):
    out, work, store = folders
    decided = [Decided("P1_01", "accept", "1", "2", ""), Decided("Q1", "admit", "2", "3", "P1_01")]
    assemble(work, [entry(store, "P1_01")], [], decided, {})
    put_in_place(work, out)
    lines = (out / "decisions.csv").read_text().splitlines()
    assert lines == ["item,verdict,round,row,images", "P1_01,accept,1,2,", "Q1,admit,2,3,P1_01"]


def test_files_of_a_standing_cohort_are_copied_and_what_is_old_goes(folders):
    out, work, _ = folders
    kept = out / "images" / "P1_01.png"
    standing = entry(kept.parent, "P1_01")
    save(out / "images" / "P9_01.png", SQUARE)
    (out / "review-2.html").write_text("old")
    (out / "notes.txt").write_text("mine")
    assemble(work, [standing], [], [], {})
    assert kept.is_file()
    put_in_place(work, out)
    assert [path.name for path in (out / "images").iterdir()] == ["P1_01.png"]
    assert not (out / "review-2.html").exists()
    assert (out / "notes.txt").is_file()


def test_the_record_is_written_as_a_whole_would_be(folders):
    _, work, store = folders
    assemble(work, [entry(store, "P2_01"), entry(store, "P1_01")], [], [], {"kind": "livernet cohort"})
    text = (work / "preprocess.json").read_bytes()
    assert text == json_bytes(json.loads(text))
    assert list(json.loads(text)["images"]) == ["images/P1_01.png", "images/P2_01.png"]


def test_a_lost_piece_is_told(folders):
    _, work, store = folders
    lost = entry(store, "P1_01")
    (store / "P1_01.png").unlink()
    with pytest.raises(OutputError, match=r"P1_01.png: cannot be written \(No such file"):
        assemble(work, [lost], [], [], {})


def test_names_in_the_map_are_inert(tmp_path):
    names = ["=cmd|x", "+1", "@a", "-2", "a\nb", "김.png"]
    refused = [Refused(token=f"Q{k}", file=name, reason="r", remedy="m") for k, name in enumerate(names)]
    write_map(tmp_path / "map.csv", refused)
    files = [row["file"] for row in csv.DictReader((tmp_path / "map.csv").read_text().splitlines())]
    assert files == ["'=cmd|x", "+1", "'@a", "-2", "a?b", "김.png"]
    assert (tmp_path / "map.csv").stat().st_mode & 0o077 == 0


def test_a_map_grows_and_nothing_else_is_overwritten(tmp_path):
    path = tmp_path / "map.csv"
    write_map(path, [Refused(token="Q1", file="=a.png", reason="r", remedy="m")])
    write_map(path, [Refused(token="Q2", file="b.png", reason="s", remedy="m")])
    assert read_map(path) == {"Q1": ("=a.png", "r"), "Q2": ("b.png", "s")}
    for content in ("file,patient,stage\na.png,7,F1\n", "0123456789abcdef0123456789abcdef\n", "\x89PNG"):
        path.write_text(content)
        with pytest.raises(OutputError, match="is no map of a quarantine"):
            write_map(path, [])
        assert path.read_text() == content


def test_all_files_have_one_time(folders):
    out, work, store = folders
    assemble(work, [entry(store, "P2_01"), entry(store, "P1_01")], [], [], {})
    put_in_place(work, out)
    assert len({path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}) == 1
