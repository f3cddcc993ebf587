from dataclasses import replace

import numpy as np

from livernet.core.audits.origin import TOGETHER
from livernet.core.audits.source import audit_source
from tests.core.audits.trials import make_trial, noise

TRIAL = make_trial()
CLASS = TRIAL.subjects.class_P


def scanners(share: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    tied = rng.random(len(CLASS)) < share
    return np.eye(4)[np.where(tied, CLASS, rng.integers(4, size=len(CLASS)))]


def test_a_scanner_that_follows_the_stage_is_named() -> None:
    parts = {"the scanner": scanners(0.8), "the bit depth": noise(TRIAL, 1), "the site": noise(TRIAL, 2)}
    audit = audit_source(parts | {TOGETHER: np.hstack(list(parts.values()))}, TRIAL)
    assert audit.state == "failed"
    assert audit.numbers["carriers"] == ["the scanner"]
    assert audit.verdict.startswith("The scanner alone tells ")
    assert " from the rest" in audit.verdict


def test_several_carriers_are_named_best_first() -> None:
    parts = {
        "the site": scanners(0.75, 1),
        "the scanner": scanners(1.0, 1),
        "the file format": scanners(0.85, 2),
    }
    audit = audit_source(parts, TRIAL)
    assert audit.numbers["carriers"] == ["the scanner", "the file format", "the site"]
    assert "and the file format and the site do so too" in audit.verdict


def test_scanners_dealt_by_chance_pass() -> None:
    audit = audit_source({"the scanner": scanners(0.0), "the site": noise(TRIAL, 2)}, TRIAL)
    assert audit.state == "passed"
    assert "not found to tell the stage" in audit.verdict


def test_one_source_passes_without_a_number() -> None:
    audit = audit_source({}, TRIAL)
    assert (audit.state, audit.numbers) == ("passed", {})


def test_one_class_is_not_asked() -> None:
    trial = make_trial()
    alone = trial.subjects.only(list(range(13)))
    audit = audit_source({"the scanner": np.eye(13)}, replace(trial, subjects=alone))
    assert audit.state == "not run"
    assert "one class" in audit.verdict
