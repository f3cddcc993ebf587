import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.words import about_data
from tests.core.report.words.told import known, with_settings
from tests.fake_run import make_cohort, make_cv, make_predict, make_train


def with_record(folder: Path, **settings: Any) -> None:
    """Leave the record of ``preprocess`` in a cohort of twelve images, five of them with marks."""
    images = {f"images/image-{n:03d}.png": {"checks": {"markers": int(n < 5)}} for n in range(12)}
    default = {"size": 48, "fit": "pad", "on_marker": "inpaint"}
    record = {"kind": "livernet cohort", "deidentification": {"x": "YES"}, "outcome": {}, "images": images}
    (folder / "preprocess.json").write_text(json.dumps(record | {"settings": default | settings}))


def split(run: Run, policy: str = "stop", **more: Any) -> Run:
    """The run with another split, and what was done about duplicates."""
    facts = {**run.facts, "split": {"duplicates": policy}}
    return replace(run, splits={**(run.splits or {}), **more}, facts=facts)


def test_the_cohort_is_counted(cv_run: Run) -> None:
    assert about_data.cohort(known(cv_run)) == (
        "The cohort comprised 12 B-mode images of 6 patients, from 2 sites and 1 scanner model. Patients by "
        "stage, as given in the manifest, were: F0, 2; F1, 1; F2, 1; F3, 1; F4, 1. Stages were grouped into "
        "the classes F0/F1, F2/F3 and F4."
    )


def test_a_phantom_is_called_so(cv_run: Run) -> None:
    told = known(cv_run, phantom=True)
    assert about_data.cohort(told).startswith("The cohort was a phantom and comprised 12 computed B-mode")
    assert about_data.masks(told) == "The liver was outlined by the program that drew it in 12 of 12 images."


def test_images_without_a_stage_are_said(tmp_path: Path, cohort: Path) -> None:
    text = (cohort / "manifest.csv").read_text().replace("P000,F0", "P000,")
    (cohort / "manifest.csv").write_text(text)
    run = load_run(make_cv(tmp_path / "r", cohort))
    assert "The stage of 2 images was not known." in about_data.stages(known(run))


def test_masks_are_counted_and_absent_ones_are_not_mentioned(tmp_path: Path, cv_run: Run) -> None:
    assert about_data.masks(known(cv_run)) == "An outline of the liver was given for 12 of 12 images."
    make_cohort(tmp_path / "bare", masks=False)
    assert about_data.masks(known(load_run(make_cv(tmp_path / "r", tmp_path / "bare")))) == ""


def test_nothing_is_said_of_a_preparation_that_is_not_known(cv_run: Run) -> None:
    bare = known(replace(cv_run, facts={**cv_run.facts, "config": {}}))
    assert about_data.deidentification(bare) == about_data.preparation(bare) == ""


@pytest.mark.parametrize(
    ("settings", "holds", "lacks"),
    [
        ({}, ["keeping the aspect ratio", "5 of 12 images, were painted over"], ["stretching"]),
        ({"fit": "stretch"}, ["stretching it to the square"], ["aspect", "padding"]),
        ({"on_marker": "keep"}, ["were left as they were"], ["painted"]),
        ({"on_marker": "quarantine"}, [], ["Calipers"]),
    ],
)
def test_the_preparation_follows_its_settings(
    tmp_path: Path, cohort: Path, settings: dict[str, str], holds: list[str], lacks: list[str]
) -> None:
    with_record(cohort, **settings)
    told = known(load_run(make_cv(tmp_path / "r", cohort)))
    text = about_data.preparation(told)
    assert all(part in text for part in holds), text
    assert not any(part in text for part in lacks), text
    assert "HMAC-SHA256" in about_data.deidentification(told)


def test_the_network_input_is_resampled_only_where_it_was(tmp_path: Path, cohort: Path) -> None:
    with_record(cohort)
    run = load_run(make_cv(tmp_path / "r", cohort))
    assert "grey levels were standardised" in about_data.preparation(known(run))
    smaller = with_settings(run, train_size=32)
    assert "images were resampled to 32 × 32 pixels and" in about_data.preparation(known(smaller))


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("patient", "Patients were divided into 3 folds"),
        ("image", "Images were divided into 3 folds irrespective of patient"),
        ("holdout", "In each of 3 repetitions a random tenth"),
        ("site", "Each of 3 sites was held out in turn"),
    ],
)
def test_each_protocol_has_its_own_words(cv_run: Run, protocol: str, expected: str) -> None:
    text = about_data.division(known(split(cv_run, protocol=protocol)))
    assert text.startswith(expected)
    assert "drawn with seed 0" in text
    assert ("with all images of a patient in the same fold" in text) == (protocol == "patient")


@pytest.mark.parametrize(
    ("leaked", "expected"),
    [(0, "No patient had images"), (1, "1 patient had images"), (4, "4 patients had images")],
)
def test_patients_on_both_sides_are_counted(cv_run: Run, leaked: int, expected: str) -> None:
    assert expected in about_data.division(known(split(cv_run, protocol="image", leaked_patients=leaked)))


@pytest.mark.parametrize(
    ("policy", "protocol", "groups", "expected"),
    [
        ("stop", "patient", 0, "No duplicate images were found."),
        (
            "stop",
            "patient",
            1,
            "1 group of duplicate images was found; all images of a group lay in one",
        ),
        ("group", "patient", 2, "2 groups of duplicate images were found; patients who shared an image were"),
        ("group", "image", 2, "all images of a group lay in one fold"),
        ("stop", "holdout", 2, "copies were held out together."),
        ("allow", "patient", 2, "nothing was done to keep them in one fold"),
    ],
)
def test_duplicates_and_what_was_done(
    cv_run: Run, policy: str, protocol: str, groups: int, expected: str
) -> None:
    found = split(cv_run, policy, protocol=protocol, duplicates=[{"images": ["a", "b"]}] * groups)
    assert expected in about_data.duplicates(known(found))


def test_groups_that_lie_in_several_folds_are_told(cv_run: Run) -> None:
    found = known(split(cv_run, duplicates=[{}, {}]), duplicate_counts={"across_folds": 1})
    assert "the images of 1 lay in several folds." in about_data.duplicates(found)


def test_predict_and_train_runs_say_how_they_used_the_data(tmp_path: Path, cohort: Path) -> None:
    def text(run: Path) -> str:
        return about_data.division(known(load_run(run)))

    assert text(make_predict(tmp_path / "p1", cohort, files=1)).startswith("One network trained before was")
    many = text(make_predict(tmp_path / "p2", cohort, files=10, notices={"a": "seen"}))
    assert many.startswith("10 networks trained before were applied without change")
    assert "(1 image)" in many
    assert text(make_train(tmp_path / "t1", cohort, holdout=0.0)).endswith("none was held out.")
    assert "20 % of the patients held out" in text(make_train(tmp_path / "t2", cohort, holdout=0.2))
    assert text(make_train(tmp_path / "t3", cohort)) == ""


def test_stages_that_contradict_each_other_are_told(cv_run: Run) -> None:
    groups = [{"images": ["a", "b"]}]
    found = split(cv_run, "group", duplicates=groups, contradictions=[{"images": ["a", "b"]}])
    assert "had different stages, the stage was treated as unknown (2 images)." in about_data.duplicates(
        known(found)
    )


def test_scans_of_nobody_knows_whom_are_no_cohort(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort))
    unknown = tuple(replace(row, patient="") for row in run.predictions)
    scans = replace(run, predictions=unknown, cohort=None, facts={**run.facts, "cohort": None})
    assert about_data.cohort(known(scans)) == "12 scans were answered; their patients are not known."
