from dataclasses import replace

import numpy as np

from livernet.core.audits.origin import TOGETHER
from livernet.core.audits.source import audit_source
from tests.core.audits.trials import make_trial, noise

TRIAL = make_trial()
CLASS = TRIAL.subjects.class_P
KNOWN = {"the scanner": True, "the site": True, "the shape of the sector": True, "the bit depth": True}


def scanners(share: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    tied = rng.random(len(CLASS)) < share
    return np.eye(4)[np.where(tied, CLASS, rng.integers(4, size=len(CLASS)))]


def test_a_scanner_that_follows_the_stage_is_named() -> None:
    parts = {"the scanner": scanners(0.8), "the bit depth": noise(TRIAL, 1), "the site": noise(TRIAL, 2)}
    audit = audit_source(parts | {TOGETHER: np.hstack(list(parts.values()))}, TRIAL, KNOWN)
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
    audit = audit_source(parts, TRIAL, KNOWN)
    assert audit.numbers["carriers"] == ["the scanner", "the file format", "the site"]
    assert "and the file format and the site do so too" in audit.verdict


def test_scanners_dealt_by_chance_pass() -> None:
    audit = audit_source({"the scanner": scanners(0.0), "the site": noise(TRIAL, 2)}, TRIAL, KNOWN)
    assert audit.state == "passed"
    assert audit.verdict.startswith("Scanner, site, sector and file were not found to tell the stage (AUC")
    assert "not_checked" not in audit.numbers


def test_what_is_not_recorded_is_not_called_tested() -> None:
    parts = {"the shape of the black border": noise(TRIAL, 2)}
    recorded = {"the scanner": False, "the bit depth": False, "the shape of the black border": True}
    audit = audit_source(parts, TRIAL, recorded)
    assert audit.state == "passed"
    assert audit.verdict.startswith("Border was not found to tell the stage")
    assert audit.verdict.endswith("not checked, for want of a record: the scanner and the bit depth.")
    assert audit.numbers["not_checked"] == ["the scanner", "the bit depth"]


def test_one_source_passes_without_a_number() -> None:
    audit = audit_source({}, TRIAL, KNOWN)
    assert (audit.state, audit.numbers) == ("passed", {})
    audit = audit_source({}, TRIAL, KNOWN | {"the site": False})
    assert audit.verdict.endswith("as far as is recorded; not checked, for want of a record: the site.")


def test_one_class_is_not_asked() -> None:
    trial = make_trial()
    alone = trial.subjects.only(list(range(13)))
    audit = audit_source({"the scanner": np.eye(13)}, replace(trial, subjects=alone), KNOWN)
    assert audit.state == "not run"
    assert "one class" in audit.verdict
