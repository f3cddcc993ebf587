from dataclasses import replace

import numpy as np
import pytest

from livernet.core.audits.questions import make_subjects
from livernet.core.audits.shuffled import audit_shuffled
from tests.core.audits.trials import GROUPING, make_rows, make_trial, noise


def test_folds_by_patient_pass() -> None:
    trial = make_trial(images=2)
    audit = audit_shuffled(noise(trial, 8), trial, 199)
    assert audit.state == "passed"
    assert audit.numbers["auc"]["value"] == pytest.approx(0.5, abs=0.02)
    assert len(audit.numbers["null"]) == 199


@pytest.mark.parametrize("protocol", ["image", "holdout"])
def test_images_of_one_patient_on_both_sides_fail(protocol: str) -> None:
    trial = make_trial(images=2, protocol=protocol)
    audit = audit_shuffled(noise(trial, 8), trial, 199)
    assert audit.state == "failed"
    assert audit.numbers["auc"]["value"] > 0.6
    assert "learnt from" in audit.verdict


def test_copies_under_two_names_on_both_sides_fail() -> None:
    trial = make_trial()
    features = noise(trial, 8)
    test = set(trial.folds[0].test) | set(trial.folds[1].test)
    inside, outside = sorted(test), [i for i in range(78) if i not in test]
    pairs = list(zip(inside, outside, strict=False))
    for one, other in pairs:
        features[one] = features[other]
    unknown = audit_shuffled(features, trial, 199)
    assert unknown.state == "passed"  # nobody knows that they are one: they are dealt two stages
    known = replace(trial, subjects=make_subjects(make_rows(), GROUPING, pairs))
    assert audit_shuffled(features, known, 199).state == "failed"


def test_one_image_a_patient_cannot_leak() -> None:
    trial = make_trial(protocol="image")
    assert audit_shuffled(noise(trial, 8), trial, 199).state == "passed"


def test_too_few_patients_are_not_asked() -> None:
    trial = make_trial((2, 0, 2, 0, 2), folds=2)
    trial = replace(trial, subjects=trial.subjects.only([0, 2]))
    audit = audit_shuffled(np.zeros((2, 3)), trial, 9)
    assert audit.state == "not run"
    assert "too few" in audit.verdict
