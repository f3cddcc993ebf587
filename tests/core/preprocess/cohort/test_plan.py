import pytest

from livernet.core.errors import ConfigError, FaultsError
from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.cohort.plan import make_plan
from tests.core.preprocess.screens import save, screen

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
    assert [item.label.patient for item in plan.items] == ["7", "7", "8"]
    assert plan.items[0].job.masks == {"masks": raw / "masks" / "a.png", "masks_b": raw / "masks_b" / "a.png"}
    assert plan.items[1].job.masks == {}
    assert not plan.items[0].job.ask_patient
    assert plan.map_file == raw.resolve().parent / "raw-quarantine-map.csv"
    assert plan.key_check is None
    assert any("forgotten" in note for note in plan.notes)


def test_a_kept_key_keeps_tokens_and_sites(raw, tmp_path):
    first, second = (plan_of(raw, key=tmp_path / "id.key") for _ in range(2))
    assert first.items == second.items
    assert first.key_check == second.key_check
    assert plan_of(raw).items[0].token != first.items[0].token


def test_without_labels_headers_are_asked(raw):
    (raw / "labels.csv").unlink()
    plan = plan_of(raw)
    assert all(item.job.ask_patient for item in plan.items)
    assert any("no labels" in note for note in plan.notes)


def test_a_picture_is_let_in_by_its_token(raw, tmp_path):
    key, decisions = tmp_path / "id.key", tmp_path / "decisions.csv"
    token = plan_of(raw, key=key).items[1].token
    decisions.write_text(f"item,verdict,note\n{token},admit,a vessel\n")
    plan = plan_of(raw, key=key, review=decisions)
    assert [sorted(item.job.admitted) for item in plan.items] == [[], [""], []]
    with pytest.raises(ConfigError, match="without the key of the ids none can tell whose it is"):
        plan_of(raw, review=decisions)


def test_all_faults_of_the_folder_at_once(raw):
    (raw / "labels.csv").write_text("file,patient,stage\na.png,7,F9\nb.png,7,F1\nd.png,8,\n")
    save(raw / "masks" / "e.png", GREY)
    with pytest.raises(FaultsError, match="4 faults in labels and masks") as caught:
        plan_of(raw)
    text = "\n".join(caught.value.faults)
    for part in ("'F9'", "'d.png' is labelled", "c.png: not in labels.csv", "masks/e.png"):
        assert part in text


def test_a_table_goes_before_stage_folders(raw):
    save(raw / "F4" / "d.png", GREY)
    with pytest.raises(FaultsError, match="1 fault") as caught:
        plan_of(raw)
    assert caught.value.faults[0].startswith("F4/d.png: not in labels.csv")
    (raw / "labels.csv").unlink()
    stages = {item.source.name: item.label and item.label.stage for item in plan_of(raw).items}
    assert stages == {"F4/d.png": 4, "a.png": None, "b.png": None, "c.png": None}
    assert all(item.job.ask_patient for item in plan_of(raw).items)
