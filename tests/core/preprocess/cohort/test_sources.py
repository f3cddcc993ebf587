import os
import unicodedata

import pytest

from livernet.core.errors import DataError
from livernet.core.preprocess.cohort.sources import find_masks, find_sources, relative_name
from tests.core.preprocess.screens import save, screen

GREY = screen()[:20, :20]


def names(raw, *leave_out):
    return [source.name for source in find_sources(raw, leave_out)]


def test_pictures_in_subfolders_whatever_their_suffix(tmp_path):
    for name in ("b.png", "a.JPG", "sub/c", "sub/d.csv"):
        save(tmp_path / name, GREY)
    assert names(tmp_path) == ["a.JPG", "b.png", "sub/c", "sub/d.csv"]


def test_tables_documents_and_hidden_files_are_passed_over(tmp_path):
    save(tmp_path / "a.png", GREY)
    for name in (
        ".DS_Store",
        "labels.csv",
        "truth.json",
        "notes.txt",
        "Thumbs.db",
        "DICOMDIR",
        ".hidden/b.png",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == ["a.png"]


def test_damaged_and_empty_pictures_stay_on_the_list(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"rubbish")
    assert names(tmp_path) == ["a.png", "b"]


def test_masks_and_output_are_left_out(tmp_path):
    for name in ("a.png", "masks/a.png", "out/images/b.png"):
        save(tmp_path / name, GREY)
    assert names(tmp_path, tmp_path / "masks", tmp_path / "out") == ["a.png"]


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    raw = tmp_path / "raw"
    save(raw / "a.png", GREY)
    save(tmp_path / "elsewhere" / "b.png", GREY)
    (raw / "b.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    (raw / "folder").symlink_to(tmp_path / "elsewhere")
    (raw / "c.png").symlink_to(raw / "a.png")
    found = {source.name: source.fault for source in find_sources(raw, ())}
    out = "a link that leads out of the folder"
    assert found == {"a.png": "", "b.png": out, "c.png": "", "folder": out}


def test_names_are_compared_in_one_form():
    assert relative_name("sub\\a.png") == "sub/a.png"
    assert relative_name("./a.png") == "a.png"
    assert relative_name("\u1112\u1161\u11ab.png") == "\ud55c.png"


@pytest.mark.parametrize(
    ("make", "message"), [("none", "does not exist"), ("file", "not a folder"), ("empty", "no picture")]
)
def test_unusable_folder(tmp_path, make, message):
    raw = tmp_path / "raw"
    if make == "file":
        raw.write_text("x")
    elif make == "empty":
        raw.mkdir()
    with pytest.raises(DataError, match=message):
        find_sources(raw, ())


def test_masks_by_path_and_stem(tmp_path):
    for name in ("raw/a.jpg", "raw/sub/b.dcm", "masks/a.png", "masks/sub/b.png"):
        save(tmp_path / name, GREY)
    masks, faults = find_masks(tmp_path / "masks", find_sources(tmp_path / "raw", ()))
    assert {name: path.name for name, path in masks.items()} == {"a.jpg": "a.png", "sub/b.dcm": "b.png"}
    assert faults == []


def test_masks_that_fit_none_or_several(tmp_path):
    for name in ("raw/a.jpg", "raw/a.png", "raw/b.png", "masks/a.png", "masks/c.png"):
        save(tmp_path / name, GREY)
    masks, faults = find_masks(tmp_path / "masks", find_sources(tmp_path / "raw", ()))
    assert masks == {}
    assert faults == [
        "masks/a: 1 masks for 2 pictures of that name",
        "masks/c.png: a mask without a picture of that name",
    ]


def test_no_folder_of_masks(tmp_path):
    assert find_masks(None, []) == ({}, [])
    with pytest.raises(DataError, match="no such folder of masks"):
        find_masks(tmp_path / "none", [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no name on this system")
def test_pipes_and_links_to_nothing_are_not_opened(tmp_path):
    raw = tmp_path / "raw"
    save(raw / "a.png", GREY)
    os.mkfifo(raw / "b.png")
    (raw / "c.png").symlink_to(raw / "nothing.png")
    found = {source.name: source.fault for source in find_sources(raw, ())}
    assert found["a.png"] == ""
    assert found["b.png"] == found["c.png"] == "a link to nothing, a pipe or a device, and no file"


def test_cohorts_and_runs_in_the_folder_are_passed_over(tmp_path):
    for name in ("a.png", "out/images/b.png", "runs/first/masks/c.png"):
        save(tmp_path / name, GREY)
    (tmp_path / "out/preprocess.json").write_text('{"kind": "livernet cohort", "version": "1"}')
    (tmp_path / "runs/first/run.json").write_text('{"kind": "cv", "version": "1"}')
    assert names(tmp_path) == ["a.png"]
    # somebody else's file of that name hides nothing
    (tmp_path / "out/preprocess.json").write_text('{"kind": "my experiment", "version": 3}')
    assert names(tmp_path) == ["a.png", "out/images/b.png"]
    assert names(tmp_path / "out" / "images") == ["b.png"]


def test_links_in_a_circle_and_to_folders_are_named(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "b.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    (tmp_path / "inner").mkdir()
    save(tmp_path / "inner" / "c.png", GREY)
    (tmp_path / "linked").symlink_to(tmp_path / "inner")
    found = {source.name: source.fault for source in find_sources(tmp_path, ())}
    assert found["linked"] == "a link to a folder, which is not followed"
    assert found["inner/c.png"] == ""
    assert found["a.png"]
    assert found["b.png"]


def test_a_name_written_in_two_ways_is_told_once(tmp_path):
    for form in ("NFC", "NFD"):
        save(tmp_path / unicodedata.normalize(form, "김.png"), GREY)
    first, second = find_sources(tmp_path, ())
    assert first.fault == ""
    assert "composed otherwise" in second.fault
    assert first.name != second.name
