import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from livernet.core.data.manifest import load_manifest
from livernet.core.errors import FaultsError, OutputError
from livernet.core.preprocess.cohort.make import preprocess_folder
from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.geometry import Geometry
from livernet.core.preprocess.settings import PreprocessConfig
from tests.core.preprocess.screens import CONVEX, SHAPE, save, screen, write

SETTINGS = PreprocessConfig(size=128)
SECRETS = ("KIM", "PARK", "77001", "77002", "SEOUL HOSPITAL")


def run(raw, settings=SETTINGS, *, key=True, workers=0, **places):
    base = raw.parent
    named = {"out": base / "out", "key": base / "id.key" if key else None} | places
    return preprocess_folder(Places(raw=raw, **named), settings, lambda done, total: None, workers)


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    for seed, name in enumerate(("KIM_1.png", "KIM_2.png", "PARK_1.png")):
        save(folder / name, screen(seed=seed))
    save(folder / "PARK_2.png", write(screen(), (150, 150), "PARK SOOJIN", 18))
    save(folder / "masks" / "KIM_1.png", np.where(CONVEX.mask(SHAPE), 255, 0).astype(np.uint8))
    save(folder / "masks_b" / "KIM_1.png", np.zeros(SHAPE, np.uint8))
    (folder / "labels.csv").write_text(
        "file,patient,stage,site,scanner\n"
        "KIM_1.png,77001,F2,SEOUL HOSPITAL,Miru\nKIM_2.png,77001,F2,SEOUL HOSPITAL,Miru\n"
        "PARK_1.png,77002,F4,,\nPARK_2.png,77002,F4,,\n"
    )
    return folder


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_cohort_is_whole(raw):
    summary = run(raw)
    assert (summary.images, summary.patients, summary.masks, summary.quarantined) == (3, 2, 1, 1)
    assert summary.stages == {"F2": 2, "F4": 1}
    assert summary.reasons == {"text-like strokes inside the sector": 1}
    cohort = load_manifest(summary.out)
    assert [row.image for row in cohort.rows] == sorted(row.image for row in cohort.rows)
    row = next(row for row in cohort.rows if row.mask)
    assert row.mask_b == row.mask.replace("masks/", "masks_b/")
    assert row.scanner == "Miru"
    image = np.asarray(Image.open(summary.out / row.image))
    mask = np.asarray(Image.open(summary.out / row.mask))
    assert image.shape == mask.shape == (128, 128)
    assert set(np.unique(mask)) == {0, 255}
    assert not image[mask == 0].max() > 90
    record = json.loads((summary.out / "preprocess.json").read_text())
    assert set(record["images"]) == {row.image for row in cohort.rows}
    assert Geometry.from_dict(record["images"][row.image]["geometry"]).size == 128
    assert sorted(path.name for path in summary.out.iterdir()) == [
        *("images", "manifest.csv", "masks", "masks_b", "preprocess.json", "quarantine.csv", "review.html")
    ]


def test_no_name_in_anything_written(raw):
    for name, content in contents(run(raw).out).items():
        for secret in SECRETS:
            assert secret not in name
            assert secret.encode() not in content


def test_quarantine_names_tokens_and_the_map_names_files(raw):
    summary = run(raw)
    assert summary.map_file == raw.parent / "raw-quarantine-map.csv"
    listed = rows(summary.out / "quarantine.csv")
    mapped = rows(summary.map_file)
    assert [row["token"] for row in listed] == [row["token"] for row in mapped]
    assert mapped[0]["file"] == "PARK_2.png"
    assert listed[0]["reason"] == "text-like strokes inside the sector"
    assert listed[0]["remedy"]


def test_a_second_pass_changes_nothing(raw):
    first = run(raw)
    before = contents(first.out)
    times = {path: path.stat().st_mtime_ns for path in first.out.rglob("*")}
    second = run(raw)
    assert second.unchanged
    assert not first.unchanged
    assert (second.images, second.reasons, second.markers) == (first.images, first.reasons, first.markers)
    assert contents(second.out) == before
    assert {path: path.stat().st_mtime_ns for path in second.out.rglob("*")} == times


def test_same_key_same_bytes(raw):
    before = contents(run(raw).out)
    shutil.rmtree(raw.parent / "out")
    assert contents(run(raw).out) == before


def test_without_a_key_a_finished_cohort_is_left_alone(raw):
    first = run(raw, key=False)
    before = contents(first.out)
    assert run(raw, key=False).unchanged
    assert contents(first.out) == before


def test_without_a_key_other_inputs_need_another_out(raw):
    run(raw, key=False)
    save(raw / "KIM_1.png", screen(seed=9))
    with pytest.raises(
        OutputError, match="made from other input files, and the key of its ids was forgotten"
    ):
        run(raw, key=False)


def test_with_a_key_changed_inputs_are_redone(raw):
    before = contents(run(raw).out)
    save(raw / "KIM_1.png", screen(seed=9))
    after = contents(run(raw).out)
    changed = {name for name in before if before[name] != after.get(name)}
    assert len(changed & {name for name in before if name.startswith("images/")}) == 1
    assert set(before) == set(after)


def test_other_settings_or_another_key_need_another_out(raw):
    run(raw)
    with pytest.raises(OutputError, match="made with other settings"):
        run(raw, PreprocessConfig(size=64))
    with pytest.raises(OutputError, match="made with another key"):
        preprocess_folder(
            Places(raw=raw, out=raw.parent / "out", key=raw.parent / "other.key"),
            SETTINGS,
            lambda done, total: None,
        )


def test_a_folder_that_is_not_ours_is_not_touched(raw):
    thesis = save(raw.parent / "out" / "thesis.png", screen())
    with pytest.raises(OutputError, match="not made by 'livernet preprocess'"):
        run(raw)
    assert list((raw.parent / "out").iterdir()) == [thesis]


def test_faults_leave_nothing_behind(raw):
    (raw / "labels.csv").write_text("file,patient,stage\nKIM_1.png,1,F9\n")
    with pytest.raises(FaultsError, match="4 faults"):
        run(raw)
    assert not (raw.parent / "out").exists()


def test_nothing_accepted_leaves_nothing_behind(tmp_path):
    raw = tmp_path / "raw"
    save(raw / "a.png", np.zeros(SHAPE, np.uint8))
    (raw / "b.png").write_bytes(b"")
    with pytest.raises(FaultsError, match="no picture could be accepted") as caught:
        run(raw)
    first, second = (fault.partition(" ") for fault in caught.value.faults)
    assert first[2] == "a.png: no ultrasound sector found"
    assert second[2] == "b.png: the file is empty"
    assert not (tmp_path / "out").exists()
    mapped = rows(tmp_path / "raw-quarantine-map.csv")
    assert {row["token"] for row in mapped} == {first[0], second[0]}


def test_an_interrupted_run_continues(raw):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    whole = contents(run(raw).out)
    shutil.rmtree(raw.parent / "out")
    places = Places(raw=raw, out=raw.parent / "out", key=raw.parent / "id.key")
    with pytest.raises(KeyboardInterrupt):
        preprocess_folder(places, SETTINGS, stop, 0)
    left = raw.parent / "out"
    assert all(entry.name.startswith(".writing-") for entry in left.iterdir())
    for name, content in contents(left).items():
        assert not any(secret in name or secret.encode() in content for secret in SECRETS)
    summary = run(raw)
    assert summary.continued == 2
    assert contents(summary.out) == whole


def test_damaged_pieces_of_an_interrupted_run_are_made_again(raw):
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    places = Places(raw=raw, out=raw.parent / "out")
    with pytest.raises(KeyboardInterrupt):
        preprocess_folder(places, SETTINGS, stop, 0)
    first, second, _ = sorted((raw.parent / "out" / ".writing-pieces").glob("*.json"))
    first.write_bytes(first.read_bytes()[:-20])
    second.with_suffix(".pieces").write_bytes(b"")
    summary = run(raw, key=False)
    assert (summary.images, summary.continued) == (3, 1)


def test_any_number_of_workers_gives_the_same_bytes(raw):
    alone = contents(run(raw).out)
    shutil.rmtree(raw.parent / "out")
    assert contents(run(raw, workers=2).out) == alone


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("KIM_3.png", b"", "the file is empty"),
        ("KIM_3.png", b"\x89PNG\r\n\x1a\nKIM", "damaged or truncated"),
        ("KIM_3", b"rubbish", "not a picture"),
    ],
)
def test_unreadable_pictures_are_quarantined_without_their_names(tmp_path, name, content, reason):
    raw = tmp_path / "raw"
    save(raw / "a.png", screen())
    (raw / name).write_bytes(content)
    summary = run(raw)
    assert summary.images == 1
    text = (summary.out / "quarantine.csv").read_text()
    assert reason in text
    assert "KIM_3" not in text


def test_a_mask_of_another_size_quarantines_its_picture(raw):
    save(raw / "masks" / "KIM_2.png", np.zeros((10, 20), np.uint8))
    summary = run(raw)
    assert summary.images == 2
    assert "mask of another size (20x10, picture 400x300)" in (summary.out / "quarantine.csv").read_text()


def test_a_formula_for_a_name_is_inert_in_the_map(tmp_path):
    raw = tmp_path / "raw"
    save(raw / "a.png", screen())
    (raw / "=cmd.png").write_bytes(b"")
    summary = run(raw)
    assert summary.map_file is not None
    assert "'=cmd.png" in summary.map_file.read_text()


def test_what_a_killed_run_left_behind_is_cleared(raw):
    left = raw.parent / "out" / ".writing-x" / "images"
    left.mkdir(parents=True)
    (left / "a.png").write_bytes(b"x")
    summary = run(raw)
    assert summary.images == 3
    assert not (raw.parent / "out" / ".writing-x").exists()


def test_a_full_disk_names_the_folder_that_was_asked_for(raw, monkeypatch):
    def full(path, content):
        raise OutputError(f"{path}: cannot be written (No space left on device)", "free disk space")

    monkeypatch.setattr("livernet.core.preprocess.cohort.pieces.write_scratch", full)
    with pytest.raises(OutputError) as caught:
        run(raw)
    assert caught.value.message.startswith(str(raw.parent / "out"))
    assert ".writing-" not in caught.value.message


def decide(raw, *rows):
    path = raw.parent / "review-decisions.csv"
    path.write_text("item,verdict,note\n" + "".join(f"{row}\n" for row in rows))
    return path


@pytest.mark.parametrize("key", [True, False])
def test_a_rejected_image_leaves_the_cohort(raw, key):
    first = run(raw, key=key)
    gone, *stay = [row.image for row in load_manifest(first.out).rows]
    review = decide(raw, f"{gone},reject,KIM is readable", f"{stay[0]},accept,")
    summary = run(raw, key=key, review=review)
    assert (summary.images, summary.rejected, summary.admitted) == (2, 1, 0)
    assert [row.image for row in load_manifest(summary.out).rows] == stay
    assert gone not in contents(summary.out)
    decided = rows(summary.out / "decisions.csv")
    assert [(one["item"], one["verdict"]) for one in decided] == sorted(
        [(gone.split("/")[1][:-4], "reject"), (stay[0].split("/")[1][:-4], "accept")]
    )
    assert not any(b"KIM" in content for content in contents(summary.out).values())
    assert run(raw, key=key, review=review).unchanged
    remembered = run(raw, key=key)
    assert remembered.unchanged
    assert remembered.rejected == 1


def test_a_second_review_keeps_the_first_ones_decisions(raw):
    first = run(raw, key=False)
    names = [row.image for row in load_manifest(first.out).rows]
    run(raw, key=False, review=decide(raw, f"{names[0]},reject,"))
    summary = run(raw, key=False, review=decide(raw, f"{names[0]},reject,", f"{names[1]},reject,"))
    assert (summary.images, summary.rejected) == (1, 2)
    with pytest.raises(FaultsError, match="accepts what is gone"):
        run(raw, key=False, review=decide(raw, f"{names[0]},accept,"))


def test_rounds_of_review_add_up(raw):
    first = run(raw)
    token = rows(first.out / "quarantine.csv")[0]["token"]
    names = [row.image for row in load_manifest(first.out).rows]
    run(raw, review=decide(raw, f"{names[0]},reject,", f"{token},admit,"))
    summary = run(raw, review=decide(raw, f"{names[1]},reject,"))
    assert (summary.images, summary.rejected, summary.admitted) == (2, 2, 1)
    assert not {names[0], names[1]} & set(contents(summary.out))
    assert {one["round"] for one in rows(summary.out / "decisions.csv")} == {"1", "2"}
    back = run(raw, review=decide(raw, f"{names[0]},accept,"))
    assert (back.images, back.rejected) == (3, 1)


def test_a_key_is_asked_for_again(raw):
    first = run(raw)
    review = decide(raw, f"{load_manifest(first.out).rows[0].image},reject,")
    with pytest.raises(OutputError, match="holds a cohort made with a key"):
        run(raw, key=False, review=review)


def test_decisions_do_not_lie_in_out(raw):
    run(raw)
    (raw.parent / "out" / "d.csv").write_text("item,verdict\n")
    with pytest.raises(OutputError, match="must stay free of patient data"):
        run(raw, review=raw.parent / "out" / "d.csv")


def test_a_quarantined_picture_is_let_in_by_name_alone(raw):
    first = run(raw)
    token = rows(first.out / "quarantine.csv")[0]["token"]
    summary = run(raw, review=decide(raw, f"{token},admit,the label is a vessel's name"))
    assert (summary.images, summary.admitted, summary.quarantined) == (4, 1, 0)
    record = json.loads((summary.out / "preprocess.json").read_text())
    assert sum(image["admitted"] for image in record["images"].values()) == 1
    (decided,) = rows(summary.out / "decisions.csv")
    assert decided["item"] == token
    assert f"images/{decided['images']}.png" in contents(summary.out)


def test_decisions_about_nothing_are_faults(raw):
    run(raw)
    with pytest.raises(FaultsError, match="2 faults"):
        run(raw, review=decide(raw, "P0000000000_01,reject,", "Q0000000000,admit,"))


def test_rejecting_everything_leaves_the_cohort_as_it_was(raw):
    first = run(raw)
    before = contents(first.out)
    names = [row.image for row in load_manifest(first.out).rows]
    with pytest.raises(FaultsError, match="every image was rejected"):
        run(raw, review=decide(raw, *(f"{name},reject," for name in names)))
    assert contents(first.out) == before


def test_the_same_picture_twice_is_two_images(raw):
    save(raw / "KIM_2.png", screen(seed=0))
    summary = run(raw)
    assert summary.images == 3
    digests = [path.read_bytes() for path in sorted((summary.out / "images").iterdir())]
    assert len(set(digests)) == 2


def test_a_key_that_is_not_there_is_not_made_for_a_cohort_that_is(raw):
    run(raw)
    with pytest.raises(OutputError, match="made with another key"):
        preprocess_folder(
            Places(raw=raw, out=raw.parent / "out", key=raw.parent / "new.key"), SETTINGS, lambda *_: None
        )
    assert not (raw.parent / "new.key").exists()


def test_a_map_that_cannot_be_written_loses_nothing(raw):
    with pytest.raises(OutputError, match="cannot be written") as caught:
        run(raw, quarantine_map=raw / "labels.csv" / "map.csv")
    assert "what was prepared is kept" in caught.value.hint
    assert run(raw).continued == 4


def test_copies_are_marked_whoever_they_belong_to(raw):
    (raw / "KIM_3.png").write_bytes((raw / "PARK_1.png").read_bytes())
    Image.fromarray(np.array(Image.open(raw / "KIM_1.png"))[:, ::-1]).save(raw / "KIM_4.jpg", quality=60)
    with (raw / "labels.csv").open("a") as table:
        table.write("KIM_3.png,77001,F2,,\nKIM_4.jpg,77001,F2,,\n")
    summary = run(raw)
    assert (summary.copies.groups, summary.copies.images) == (2, 4)
    assert (summary.copies.across_patients, summary.copies.across_stages) == (1, 1)
    marked = [row.duplicate_group for row in load_manifest(summary.out).rows]
    assert sorted(n for n in marked if n) == [1, 1, 2, 2]
    assert (
        min(n for n in marked if n) == next(n for n in marked if n) == 1
    )  # numbered in the order of the names
    first = contents(summary.out)
    shutil.rmtree(summary.out)
    assert contents(run(raw, workers=2).out) == first
    assert summary.continued == 0  # a copy within the folder is no earlier run


def test_folders_named_after_stages_give_the_stage(raw):
    (raw / "labels.csv").unlink()
    for name, stage in (("KIM_1.png", "F0"), ("KIM_2.png", "F3"), ("PARK_1.png", "F3")):
        (raw / stage).mkdir(exist_ok=True)
        (raw / name).rename(raw / stage / name)
    shutil.rmtree(raw / "masks")
    shutil.rmtree(raw / "masks_b")
    summary = run(raw)
    assert summary.stages == {"F0": 1, "F3": 2}
    assert summary.patients == 3
    assert "no labels.csv: the stage is the name of the folder (F0, F3)" in summary.notes
    assert not any("stages stay empty" in note for note in summary.notes)
