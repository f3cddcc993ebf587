from dataclasses import replace
from pathlib import Path

from livernet.core.report.collect import Run, load_run
from livernet.core.report.words import answers_data
from tests.core.report.words.told import known
from tests.fake_run import make_cohort, make_cv, make_predict

AGREED = {"agreement": {"dice": {"n": 40, "median": 0.95, "q1": 0.93, "q3": 0.97}}}
LEFT_OUT = {"steps": [{"title": "Pictures", "left_out": [{"reason": "quarantined: no sector", "images": 3}]}]}


def test_annotation_quality_is_filled_from_the_second_annotator(cv_run: Run) -> None:
    found = answers_data.agreement(known(cv_run, subgroups=AGREED))
    assert found.told == "The liver was outlined twice in 40 images: Dice 0.950 (quartiles 0.930 to 0.970)."
    assert (found.status, found.where) == ("in part", "subgroups")
    assert answers_data.agreement(known(cv_run)).status == "NOT PROVIDED"


def test_the_sample_size_says_how_precise_it_is(cv_run: Run) -> None:
    accuracy = {"value": 0.7, "low": 0.6, "high": 0.8}
    patients = {"n": 6, "per_class": [3, 2, 1], "accuracy": accuracy}
    found = answers_data.sample_size(known(cv_run, summary={"models": {"x": {"patients": patients}}}))
    assert found.told == (
        "6 patients were scored: 3 of F0/F1, 2 of F2/F3 and 1 of F4. The 95 % interval of the accuracy is 20 "
        "percentage points wide."
    )
    assert found.missing == "the intended sample size"


def test_criteria_for_leaving_out_are_those_of_the_flow(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_cv(tmp_path / "r", cohort))
    assert answers_data.eligibility(known(run, flow=LEFT_OUT)).status == "NOT PROVIDED"
    told = replace(known(run, flow=LEFT_OUT), preprocessing={"settings": {}})
    assert answers_data.eligibility(told).told == (
        "Images were left out for technical reasons: quarantined: no sector."
    )
    assert answers_data.eligibility(replace(told, described={})).told.startswith("No image was left out")


def test_missing_labels_are_counted(tmp_path: Path) -> None:
    make_cohort(tmp_path / "bare", masks=False)
    found = answers_data.missing_data(known(load_run(make_cv(tmp_path / "r", tmp_path / "bare"))))
    assert found.told.startswith("Of 12 images, 0 had no stage and 12 no liver mask;")


def test_the_level_of_the_partitions(cv_run: Run) -> None:
    assert answers_data.disjoint(known(cv_run)).told.startswith("Disjoint by patient.")
    splits = {**(cv_run.splits or {}), "protocol": "image", "leaked_patients": 4}
    found = answers_data.disjoint(known(replace(cv_run, splits=splits))).told
    assert "by image, not by patient. Patients on both sides of a fold: 4." in found


def test_scans_compared_with_the_training_images(tmp_path: Path, cohort: Path) -> None:
    new = answers_data.disjoint(known(load_run(make_predict(tmp_path / "p", cohort, notices={}))))
    assert new.told.startswith("No scan was among the training images")
    seen = answers_data.disjoint(known(load_run(make_predict(tmp_path / "q", cohort, notices={"a": ""}))))
    assert seen.told.startswith("1 scan had been trained on")
    unknown = answers_data.disjoint(known(load_run(make_predict(tmp_path / "s", cohort))))
    assert unknown.status == "NOT PROVIDED"


def test_a_phantom_has_no_annotators_and_no_sources(cv_run: Run) -> None:
    told = known(cv_run, phantom=True)
    assert answers_data.annotators(told).told == "None: the phantom was computed."
    assert answers_data.sources(told).status == "answered"
    assert answers_data.sources(known(cv_run)).status == "in part"


def test_the_scoring_system_and_the_annotators_are_never_guessed(cv_run: Run) -> None:
    found = answers_data.reference(known(cv_run))
    assert "METAVIR" not in found.told
    assert "expert" not in found.told + answers_data.annotators(known(cv_run)).told
    assert found.missing.startswith("the scoring system (METAVIR or another)")


def test_formats_are_told_where_they_are_recorded(cv_run: Run) -> None:
    def told(*formats: str | None) -> str:
        images = {str(n): {"format": name} for n, name in enumerate(formats)}
        return answers_data.acquisition(replace(known(cv_run), preprocessing={"images": images})).told

    assert "Formats: PNG (2) and DICOM (1)." in told("PNG", "DICOM", "PNG", None)
    assert "Formats" not in told(None, None)
