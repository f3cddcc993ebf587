from dataclasses import replace

from livernet.core.report.collect import Run
from livernet.core.report.words import answers_results
from livernet.core.report.words.known import Known
from tests.core.report.words.told import known

SHARE = {"value": 0.5, "low": 0.3, "high": 0.7}


def with_patients(run: Run, **patients: object) -> Known:
    return known(run, summary={"models": {"livernet": {"patients": patients}}})


def test_failures_are_counted_by_how_far_they_went(cv_run: Run) -> None:
    told = with_patients(cv_run, confusion=[[5, 1, 2], [0, 3, 1], [1, 0, 4]])
    assert answers_results.failures(told).told == (
        "5 of 17 patients got a wrong class, 3 of them by two classes or more."
    )
    assert answers_results.failures(with_patients(cv_run, confusion=[[0]])).status == "NOT PROVIDED"


def test_performance_stands_beside_the_commonest_class(cv_run: Run) -> None:
    told = with_patients(cv_run, accuracy=SHARE, majority={"value": 0.4})
    assert answers_results.performance(told).told == (
        "Accuracy per patient 0.50 (95 % interval 0.30 to 0.70); always answering the commonest class would "
        "give 0.40."
    )


def test_doubt_stands_before_every_number(cv_run: Run) -> None:
    told = with_patients(cv_run, accuracy=SHARE, majority={"value": 0.4}, auc={"F2": SHARE})
    doubted = replace(told, described={**told.described, "verdict": {"state": "no", "headline": "No."}})
    assert answers_results.performance(doubted).told.startswith("No. Accuracy")
    assert answers_results.accuracy(doubted).told.startswith("No. AUC")


def test_diagnostic_accuracy_lacks_rates_where_no_threshold_was_fixed(cv_run: Run) -> None:
    found = answers_results.accuracy(with_patients(cv_run, auc={"F2": SHARE, "F4": {"value": None}}))
    assert found.told == (
        "AUC ≥F2 0.50 (95 % interval 0.30 to 0.70); AUC F4 not computed (no reason recorded)."
    )
    assert found.missing == "sensitivity and specificity at a threshold"


def test_age_and_sex_are_asked_for_where_they_are_missing(cv_run: Run) -> None:
    rows = [{"name": "Images"}, {"name": "Body mass index, kg/m²"}, {"name": "Sex"}]
    found = answers_results.characteristics(known(cv_run, characteristics={"rows": rows}))
    assert found.told == "Given in all and by class: images, body mass index and sex."
    assert found.missing == "age"
    assert answers_results.characteristics(known(cv_run)).status == "NOT PROVIDED"


def test_limits_that_the_run_itself_shows(cv_run: Run) -> None:
    verdict = {"state": "no", "headline": "These numbers cannot be believed."}
    splits = {**(cv_run.splits or {}), "leaked_patients": 3}
    summary = {"models": {"livernet": {"patients": {"n": 70, "per_class": [40, 20, 10]}}}}
    told = known(replace(cv_run, splits=splits), verdict=verdict, summary=summary, phantom=True)
    assert answers_results.known_limits(told) == [
        "The pictures are computed: the numbers say nothing about people.",
        "These numbers cannot be believed.",
        "All images come from one scanner model.",
        "Patients on both sides of a fold: 3.",
        "Classes with fewer than 30 patients: F2/F3 (20) and F4 (10).",
        "There is no external test; intervals take the trained networks as given.",
    ]


def test_a_fine_verdict_is_no_limit(cv_run: Run) -> None:
    verdict = {"state": "nothing found against them", "headline": "Nothing was found."}
    assert "Nothing was found." not in answers_results.known_limits(known(cv_run, verdict=verdict))


def test_leaving_sites_out_is_no_external_test(cv_run: Run) -> None:
    site = replace(cv_run, splits={**(cv_run.splits or {}), "protocol": "site"})
    assert answers_results.external(known(site)).status == "in part"
    assert answers_results.external(known(cv_run)).status == "NOT PROVIDED"


def test_the_flow_in_numbers(cv_run: Run) -> None:
    steps = [
        {"title": "Pictures", "images": 1, "patients": None},
        {"title": "In the cohort", "images": 12, "patients": 1},
    ]
    found = answers_results.numbers(known(cv_run, flow={"steps": steps, "unknown": ["More is not known."]}))
    assert found.told == "pictures: 1 image; in the cohort: 12 images of 1 patient. More is not known."
