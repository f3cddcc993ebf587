from dataclasses import replace

import pytest

from livernet.core.report.collect import Run
from livernet.core.report.words import answers_model
from tests.core.report.words.told import known, whole

AUDIT = {
    "name": "attribution",
    "title": "Attribution",
    "state": "passed",
    "verdict": "The networks look at the liver.",
}


def test_the_model_is_described_where_it_is_ours_alone(cv_run: Run) -> None:
    run = whole(cv_run)
    assert answers_model.description(known(run)).status == "answered"
    both = replace(run, facts={**run.facts, "models": ["livernet", "resnet"]})
    assert answers_model.description(known(both)).missing == "a description of each network"
    other = replace(run, facts={**run.facts, "models": ["resnet"]})
    assert answers_model.kind(known(other)).status == "NOT PROVIDED"
    ours = replace(run, facts={**run.facts, "models": ["livernet", "vgg16"]})
    assert answers_model.description(known(ours)).missing == ""
    alone = replace(run, facts={**run.facts, "models": ["vgg16"]})
    assert "convolutional network with fully connected layers" in answers_model.kind(known(alone)).told


@pytest.mark.parametrize(("state", "status"), [("passed", "answered"), ("not run", "NOT PROVIDED")])
def test_explanations_are_those_of_the_attribution_audit(cv_run: Run, state: str, status: str) -> None:
    found = answers_model.explanation(known(cv_run, audits=[AUDIT | {"state": state}]))
    assert found.status == status
    assert found.told in {"Attribution: The networks look at the liver.", ""}


def test_robustness_is_audits_subgroups_and_rules(cv_run: Run) -> None:
    assert answers_model.robustness(known(cv_run)).status == "NOT PROVIDED"
    groups = {"models": {"livernet": [{"name": "site"}, {"name": "sex"}]}}
    summary = {"models": {"livernet": {"rules": {"majority": {}, "worst": {}}}}}
    found = answers_model.robustness(known(cv_run, audits=[AUDIT], subgroups=groups, summary=summary))
    assert found.told == (
        "An audit for shortcuts and leakage was run on the same cohort: Attribution (passed). Results by "
        "site and sex. Patients made of their images in other ways as well (majority and worst)."
    )
    assert found.where == "audits"
