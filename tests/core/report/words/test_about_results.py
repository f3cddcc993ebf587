from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.words import about_results
from livernet.core.report.words.known import Known, know
from livernet.core.report.words.references import without_citations
from tests.core.report.words.told import described, known
from tests.fake_run import make_cohort, make_cv, make_predict, make_train

BOTH = "On the patients that both had answered, livernet was compared with"
HOLM = ", P values corrected after Holm."
AUDIT = {"name": "outside", "title": "Outside the liver", "state": "passed", "verdict": "Fine."}


def with_model(run: Run, **results: Any) -> Known:
    """What is known of the run, with results of its model made by hand."""
    return known(run, summary={"models": {"livernet": results}})


def test_a_train_run_has_nothing_to_evaluate(tmp_path: Path, cohort: Path) -> None:
    told = known(load_run(make_train(tmp_path / "t", cohort)))
    written = (about_results.unit, about_results.calibration, about_results.statistics, about_results.audits)
    assert [write(told) for write in written] == [""] * 4


def test_raw_probabilities_are_called_so(cv_run: Run) -> None:
    assert about_results.calibration(with_model(cv_run, probabilities="raw")).startswith(
        "Class probabilities were not calibrated."
    )


def test_the_calibration_is_that_of_the_run(cv_run: Run) -> None:
    fit = {"method": "temperature, fitted on the other folds"}
    told = with_model(cv_run, probabilities="calibrated", calibration_fit=fit)
    text = without_citations(about_results.calibration(told))
    assert text.startswith(
        "Class probabilities were calibrated by temperature scaling, the temperature of each"
    )
    other = with_model(cv_run, probabilities="calibrated", calibration_fit={"method": "Platt"})
    assert "temperature" not in about_results.calibration(other)


def test_an_external_test_has_the_calibration_of_its_networks(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_predict(tmp_path / "p", cohort, calibration={"temperature": 1.4}))
    text = without_citations(about_results.calibration(with_model(run, probabilities="calibrated")))
    assert text == (
        "Class probabilities were calibrated by temperature scaling, with the temperature that the run of "
        "the networks found on patients held out."
    )


def test_thresholds_are_told_where_there_are_rates(cv_run: Run) -> None:
    rates = {"sensitivity": {"value": 0.8}, "specificity": {"value": 0.7}}
    point = {"threshold": 0.4, "prevalence": 0.3} | rates
    with_rates = with_model(cv_run, patients={"operating": {"F2": point}})
    assert "Youden" in about_results.thresholds(with_rates)
    assert about_results.operating_points(with_rates) == (
        "≥F2: sensitivity 0.80, specificity 0.70, prevalence 30 %."
    )
    point = {"threshold": None, "prevalence": 0.3, "sensitivity": {"value": None}}
    without = with_model(cv_run, patients={"operating": {"F2": point}})
    assert about_results.thresholds(without) == about_results.operating_points(without) == ""


def test_only_measures_with_a_value_are_named(tmp_path: Path, cv_run: Run) -> None:
    assert "Dice" in about_results.statistics(know(*described(cv_run)))
    make_cohort(tmp_path / "bare", masks=False)
    bare = load_run(make_cv(tmp_path / "r", tmp_path / "bare"))
    text = about_results.statistics(know(*described(bare)))
    assert "Dice" not in text
    assert "accuracy" in text


def test_intervals_are_named_with_their_method_and_source(cv_run: Run) -> None:
    method = {"value": 0.5, "low": 0.4, "high": 0.6, "method": "logit-DeLong"}
    share = {"value": 0.5, "low": 0.4, "high": 0.6, "method": "Wilson score interval"}
    patients = {"accuracy": share, "auc": {"F2": method, "F4": {"value": None, "reason": "one class"}}}
    found = about_results.intervals(with_model(cv_run, patients=patients, segmentation={}))
    assert found == [
        "Wilson score interval [@wilson1927] for accuracy",
        "logit-DeLong [@delong1988] for AUC",
    ]


def test_no_interval_no_sentence(cv_run: Run) -> None:
    told = with_model(cv_run, patients={"accuracy": {"value": 1.0}}, segmentation={})
    assert about_results.uncertainty(told) == ""
    assert about_results.statistics(told) == "Performance was described by accuracy."


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], ""),
        (["vgg16"], f"{BOTH} vgg16 by the exact McNemar test."),
        (
            ["vgg16", "vgg19"],
            f"{BOTH} vgg16 and vgg19 by the exact McNemar test, P values corrected after Holm.",
        ),
    ],
)
def test_comparisons_are_told_where_they_were_made(cv_run: Run, pairs: list[str], expected: str) -> None:
    made = [
        {"a": "livernet", "b": b, "accuracy_difference": {"value": 0.1}, "mcnemar": {"p": 0.5}} for b in pairs
    ]
    told = known(cv_run, summary={"comparisons": made})
    assert without_citations(about_results.comparisons(told)) == expected


def test_audits_that_were_run_are_named_with_their_outcome(cv_run: Run) -> None:
    other = AUDIT | {"title": "Duplicates", "state": "failed"}
    skipped = AUDIT | {"title": "Attribution", "state": "not run"}
    assert about_results.audits(known(cv_run, audits=[AUDIT, other, skipped])) == (
        "Audits for shortcuts and leakage were run on the same cohort: Outside the liver (passed); "
        "Duplicates (failed)."
    )
    assert about_results.audits(known(cv_run, audits=[AUDIT])).startswith("An audit for shortcuts")
    assert about_results.audits(known(cv_run, audits=[skipped])) == ""


def test_several_seeds_are_counted(cv_run: Run) -> None:
    again = tuple(replace(row, seed=1) for row in cv_run.predictions)
    told = known(replace(cv_run, predictions=(*cv_run.predictions, *again)))
    assert "trained with 2 seeds" in about_results.uncertainty(told)
    assert "seed" not in about_results.uncertainty(known(cv_run))


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (
            {"unit": "mm", "tolerance": 1.234, "tolerance_reason": "both annotators"},
            "measured in millimetres. The tolerance of surface distances was 1.23 mm (both annotators).",
        ),
        (
            {"unit": "mm", "tolerance": 2.0, "tolerance_reason": "2 mm, for want of a second annotator"},
            "The tolerance of surface distances was 2 mm, for want of a second annotator.",
        ),
        (
            {"unit": "px", "tolerance": None, "tolerance_reason": "2 % of the diagonal"},
            "pixels of the cohort's images. The tolerance of surface distances was 2 % of the diagonal.",
        ),
        ({"unit": "px"}, "Distances between masks were measured in pixels of the cohort's images."),
    ],
)
def test_distances_have_a_unit_and_a_tolerance(cv_run: Run, recorded: dict[str, Any], expected: str) -> None:
    run = replace(cv_run, facts={**cv_run.facts, "distances": recorded})
    told = with_model(run, segmentation={"patients": {"hd95": {"mean": 3.0}}})
    assert about_results.distances(told).endswith(expected)
    assert about_results.distances(with_model(run, segmentation={})) == ""
