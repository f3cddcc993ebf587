import json
from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.cohort.flow import flow, read_preprocessing
from livernet.core.report.collect import Run, load_run
from tests.fake_run import make_cv, make_predict, make_train

RECORD = '{"kind": "livernet cohort", "settings": {}, "images": %s, "outcome": %s}'


@pytest.fixture
def prepared(cohort: Path) -> Path:
    """The cohort with the record that ``preprocess`` would have left."""
    images = {f"images/image-{n:03d}.png": {"admitted": n == 0} for n in range(12)}
    reasons = {"no sector": 5, "writing inside the sector": 1}
    record = {"kind": "livernet cohort", "settings": {"size": 48}, "outcome": {"reasons": reasons}}
    (cohort / "preprocess.json").write_text(json.dumps(record | {"images": images}))
    (cohort / "decisions.csv").write_text(
        "item,verdict,round,row,images\nP9_01,reject,1,2,\nQ12ab34,admit,1,3,image-000\n"
    )
    return cohort


def steps(run: Run, **described: Any) -> dict[str, dict[str, Any]]:
    return {step["title"]: step for step in flow(run, described)["steps"]}


def test_pictures_left_out_are_counted_by_reason_the_commonest_first(tmp_path: Path, prepared: Path) -> None:
    found = steps(load_run(make_cv(tmp_path / "r", prepared)))["Pictures taken from the raw files"]
    assert found["images"] == 12 + 6 + 1
    assert [(part["reason"], part["images"]) for part in found["left_out"]] == [
        ("quarantined: no sector", 5),
        ("quarantined: writing inside the sector", 1),
        ("rejected by a person on the review sheet", 1),
    ]
    assert found["notes"] == [{"reason": "let in by a person although quarantined", "images": 1}]


def test_a_cohort_of_another_tool_is_said_to_be_unknown(cv_run: Run) -> None:
    found = flow(cv_run, {})
    assert [step["title"] for step in found["steps"]] == [
        "In the cohort",
        "Held out and predicted",
        "Scored for their stage",
    ]
    assert "not made by 'livernet preprocess'" in found["unknown"][0]
    assert read_preprocessing(cv_run) == {}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "[" * 9999,
        '{"kind": "livernet cohort"}',
        RECORD % ('{"a": "x"}', "{}"),
        RECORD % ('{"a": {"checks": "x"}}', "{}"),
        RECORD % ('{"a": {"spacing_mm": [1, 2]}}', "{}"),
        RECORD % ("{}", '{"reasons": {"x": "many"}}'),
        RECORD % ("{}", '{"reasons": ["x"]}'),
    ],
)
def test_a_damaged_record_is_no_record(tmp_path: Path, cohort: Path, content: str) -> None:
    (cohort / "preprocess.json").write_text(content)
    assert read_preprocessing(load_run(make_cv(tmp_path / "r", cohort))) == {}


def test_a_manifest_mended_by_hand_shows(tmp_path: Path, prepared: Path) -> None:
    lines = (prepared / "manifest.csv").read_text().splitlines()
    (prepared / "manifest.csv").write_text("\n".join(lines[:-2]) + "\n")
    found = steps(load_run(make_cv(tmp_path / "r", prepared)))["In the cohort"]
    assert (found["images"], found["patients"]) == (10, 5)
    assert {"reason": "taken out of the manifest by hand", "images": 2} in found["notes"]


def test_missing_labels_and_copies_are_counted(tmp_path: Path, cohort: Path) -> None:
    text = (cohort / "manifest.csv").read_text().replace("P000,F0", "P000,")
    (cohort / "manifest.csv").write_text(text.replace("masks/image-000.png", ""))
    groups = [{"images": ["a", "b", "c"], "classes": 2}, {"images": ["d", "e"], "classes": 1}]
    notes = steps(load_run(make_cv(tmp_path / "r", cohort)), duplicates=groups)["In the cohort"]["notes"]
    assert {note["reason"]: note["images"] for note in notes} == {
        "without a stage": 2,
        "without an outline of the liver": 1,
        "with neither, which train nothing": 1,
        "copies of another image": 3,
        "in groups of copies that have different classes": 3,
    }


def test_scored_images_are_those_with_a_known_stage(tmp_path: Path, cohort: Path) -> None:
    text = (cohort / "manifest.csv").read_text().replace("P000,F0", "P000,")
    (cohort / "manifest.csv").write_text(text)
    found = steps(load_run(make_cv(tmp_path / "r", cohort)))["Scored for their stage"]
    assert (found["images"], found["patients"]) == (10, 5)
    assert found["left_out"] == [{"reason": "no known stage", "images": 2}]
    assert found["notes"] == [{"reason": "with a predicted and a given outline", "images": 12}]


def test_a_train_run_holds_nothing_out(tmp_path: Path, cohort: Path) -> None:
    found = steps(load_run(make_train(tmp_path / "t", cohort)))
    assert (found["Used to train"]["images"], found["Held out and scored"]["images"]) == (12, 0)


def test_scans_that_were_not_answered_are_counted_without_their_names(tmp_path: Path, cohort: Path) -> None:
    abstained = [
        {"name": "kim_minji", "reason": "kim_minji: too dark (0.2)", "remedy": ""},
        {"name": "lee_suho", "reason": "lee_suho: too dark (0.3)", "remedy": ""},
        {"name": "x", "remedy": ""},
    ]
    run = load_run(make_predict(tmp_path / "p", cohort, abstained=abstained, notices={"a": "seen"}))
    found = steps(run)
    assert found["Scans given"]["images"] == 15
    assert found["Scans given"]["left_out"] == [
        {"reason": "not answered: the scan: too dark", "images": 2},
        {"reason": "not answered: no reason recorded", "images": 1},
    ]
    assert (found["Answered"]["images"], found["Answered"]["patients"]) == (12, 6)
    assert "kim" not in json.dumps(flow(run, {}))
