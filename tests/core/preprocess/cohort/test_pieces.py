import json
from dataclasses import replace

import numpy as np
import pytest

from livernet.core.errors import OutputError
from livernet.core.preprocess.cohort import pieces
from livernet.core.preprocess.cohort.pieces import (
    BEFORE,
    COMPARED,
    FACTS,
    IMAGES,
    MARKERS,
    Job,
    job_digest,
    make_pieces,
    pieces_path,
    read_piece,
)
from livernet.core.preprocess.settings import PreprocessConfig
from tests.core.preprocess.screens import CONVEX, SHAPE, cross, save, screen, write
from tests.dicom_files import native

SETTINGS = PreprocessConfig(size=128)


def job(path, **facts):
    return Job(path=path, **{"masks": {}, "fault": "", "admitted": frozenset(), "ask_patient": False} | facts)


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / ".writing-pieces"
    folder.mkdir()
    return folder


def test_a_picture_becomes_a_square_and_its_masks(tmp_path, store):
    path = save(tmp_path / "kim.png", cross(screen(), 200, 180))
    mask = save(tmp_path / "mask.png", np.where(CONVEX.mask(SHAPE), 255, 0).astype(np.uint8))
    made = make_pieces(job(path, masks={"masks": mask}), SETTINGS, store)
    (output,) = made.outputs
    assert (output.suffix, output.marked) == ("", True)
    assert not made.refused
    parts = [IMAGES, MARKERS, "masks", BEFORE, COMPARED]
    assert all(read_piece(store, made.key, "", part) for part in parts)
    facts = json.loads(read_piece(store, made.key, "", FACTS))
    assert facts["checks"]["markers"] == 1
    assert set(facts["sha256"]) == {IMAGES, MARKERS, "masks"}
    assert not facts["admitted"]


def test_what_was_made_is_found_again(tmp_path, store):
    path = save(tmp_path / "kim.png", screen())
    first, second = (make_pieces(job(path), SETTINGS, store) for _ in range(2))
    assert (first.kept, second.kept) == (False, True)
    assert second == replace(first, kept=True)
    moved = path.rename(tmp_path / "park.png")
    assert make_pieces(job(moved), SETTINGS, store).kept
    assert not make_pieces(job(moved), replace(SETTINGS, fit="stretch"), store).kept
    assert not make_pieces(job(moved, admitted=frozenset({""})), SETTINGS, store).kept


def test_a_piece_that_lost_a_file_is_made_again(tmp_path, store):
    path = save(tmp_path / "kim.png", screen())
    key = make_pieces(job(path), SETTINGS, store).key
    pieces_path(store, key, "").unlink()
    assert not make_pieces(job(path), SETTINGS, store).kept


def test_a_refusal_is_kept_as_well_and_names_nobody(tmp_path, store):
    path = save(tmp_path / "kim.png", write(screen(), (150, 150), "KIM MINSU", 18))
    for kept in (False, True):
        made = make_pieces(job(path), SETTINGS, store)
        assert made.kept is kept
        assert made.outputs == ()
        assert [why.reason for why in made.refused] == ["text-like strokes inside the sector"]
    assert "kim" not in json.dumps([p.read_text() for p in store.glob("*.json")]).lower()


def test_a_person_may_let_it_in(tmp_path, store):
    path = save(tmp_path / "kim.png", write(screen(), (150, 150), "LIVER", 18))
    (output,) = make_pieces(job(path, admitted=frozenset({""})), SETTINGS, store).outputs
    assert output.admitted
    fine = save(tmp_path / "lee.png", screen())
    (output,) = make_pieces(job(fine, admitted=frozenset({""})), SETTINGS, store).outputs
    assert not output.admitted


def test_patient_of_a_header_stays_in_memory(tmp_path, store):
    path = native(tmp_path / "a", screen(), PatientID="K-17")
    assert make_pieces(job(path, ask_patient=True), SETTINGS, store).patient == "K-17"
    assert make_pieces(job(path, ask_patient=True), SETTINGS, store).patient == "K-17"
    assert make_pieces(job(path), SETTINGS, store).patient == ""
    assert not any(b"K-17" in file.read_bytes() for file in store.iterdir())


def test_a_fault_of_the_folder_opens_nothing(tmp_path, store):
    made = make_pieces(job(tmp_path / "none", fault="a link that leads out of the folder"), SETTINGS, store)
    assert [why.reason for why in made.refused] == ["a link that leads out of the folder"]


def test_a_vanished_file_is_a_refusal(tmp_path, store):
    made = make_pieces(job(tmp_path / "kim.png"), SETTINGS, store)
    (why,) = made.refused
    assert why.reason.startswith("cannot be read")
    assert "kim" not in why.reason


def test_what_nobody_foresaw_is_a_refusal(tmp_path, store, monkeypatch):
    def broken(picture, settings, forgiving):
        raise ZeroDivisionError("kim")

    monkeypatch.setattr(pieces, "prepare_all", broken)
    (why,) = make_pieces(job(save(tmp_path / "kim.png", screen())), SETTINGS, store).refused
    assert why.reason == "cannot be prepared (ZeroDivisionError)"


def test_a_full_disk_is_told_by_the_outcome(tmp_path, store, monkeypatch):
    def full(path, content):
        raise OutputError(f"{path}: cannot be written", "free disk space")

    monkeypatch.setattr(pieces, "write_scratch", full)
    made = make_pieces(job(save(tmp_path / "kim.png", screen())), SETTINGS, store)
    assert made.failure is not None
    assert made.failure[1] == "free disk space"


def test_digest_follows_contents_and_masks(tmp_path):
    path, mask = save(tmp_path / "a.png", screen()), save(tmp_path / "m.png", screen(seed=2))
    digests = {
        job_digest(job(path)),
        job_digest(job(mask)),
        job_digest(job(path, masks={"masks": mask})),
        job_digest(job(path, masks={"masks_b": mask})),
        job_digest(job(tmp_path / "none")),
    }
    assert len(digests) == 5
