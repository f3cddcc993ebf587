import pytest

from livernet.core.errors import FaultsError, OutputError
from livernet.core.preprocess.plan import Places, make_plan
from tests.core.preprocess.screens import dicom, save, screen

GREY = screen()[:20, :20]


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    for name in ("a.png", "b.png", "c.png", "masks/a.png", "masks_b/a.png"):
        save(folder / name, GREY)
    (folder / "labels.csv").write_text("file,patient,stage,site\na.png,7,F1,X\nb.png,7,F1,X\nc.png,8,,\n")
    return folder


def plan_of(raw, **places):
    return make_plan(Places(raw=raw, out=raw.parent / "out", **places))


def test_labels_and_masks_are_found_without_options(raw):
    plan = plan_of(raw)
    assert [item.source.name for item in plan.items] == ["a.png", "b.png", "c.png"]
    assert plan.items[0].patient == plan.items[1].patient != plan.items[2].patient
    assert plan.items[0].stem == f"{plan.items[0].patient}_01"
    assert plan.items[1].stem == f"{plan.items[0].patient}_02"
    assert plan.items[0].mask == raw / "masks" / "a.png"
    assert plan.items[0].mask_b == raw / "masks_b" / "a.png"
    assert plan.items[1].mask is None
    assert plan.map_file == raw.resolve().parent / "raw-quarantine-map.csv"
    assert plan.key_check is None
    assert any("forgotten" in note for note in plan.notes)


def test_a_kept_key_keeps_the_names(raw, tmp_path):
    first, second = (plan_of(raw, key=tmp_path / "id.key") for _ in range(2))
    assert first.items == second.items
    assert first.key_check == second.key_check
    assert first.inputs == second.inputs


def test_changed_inputs_change_the_digest(raw):
    before = plan_of(raw).inputs
    save(raw / "masks" / "a.png", GREY // 2)
    assert plan_of(raw).inputs != before


def test_patient_of_a_dicom_file(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, patient in (("a", "17"), ("b", "17"), ("c", "")):
        dicom(raw / name, GREY, PatientID=patient)
    plan = plan_of(raw)
    assert plan.items[0].patient == plan.items[1].patient != plan.items[2].patient


def test_every_file_its_own_patient_is_said(tmp_path):
    for name in ("a.png", "b.png"):
        save(tmp_path / "raw" / name, GREY)
    plan = plan_of(tmp_path / "raw")
    assert len({item.patient for item in plan.items}) == 2
    assert any("by duplicates only" in note for note in plan.notes)


def test_all_faults_of_the_folder_at_once(raw):
    (raw / "labels.csv").write_text("file,patient,stage\na.png,7,F9\nb.png,7,F1\nd.png,8,\n")
    save(raw / "masks" / "e.png", GREY)
    with pytest.raises(FaultsError, match="4 faults in labels and masks") as caught:
        plan_of(raw)
    text = "\n".join(caught.value.faults)
    for part in ("'F9'", "'d.png' is labelled", "c.png: not in labels.csv", "masks/e.png"):
        assert part in text


def test_out_may_lie_inside_raw_but_not_around_it(raw):
    save(raw / "out" / "images" / "x.png", GREY)
    inside = make_plan(Places(raw=raw, out=raw / "out"))
    assert len(inside.items) == 3
    for out in (raw, raw.parent):
        with pytest.raises(OutputError, match="holds the raw pictures"):
            make_plan(Places(raw=raw, out=out))


@pytest.mark.parametrize("place", ["key", "quarantine_map"])
def test_secrets_stay_out_of_out(raw, place):
    with pytest.raises(OutputError, match="must stay free of patient data"):
        plan_of(raw, **{place: raw.parent / "out" / "file"})
