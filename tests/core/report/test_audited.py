import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.errors import DataError
from livernet.core.files import write_text
from livernet.core.report.audited import audited, read_audits
from livernet.core.report.collect import Run, load_run
from livernet.core.report.scores import scored
from tests.fake_run import make_audits, make_predict, make_train


def test_what_the_run_wrote_is_read(cv_run: Run) -> None:
    assert read_audits(cv_run.folder) is None
    make_audits(cv_run.folder, "no")
    document = read_audits(cv_run.folder)
    assert document is not None
    assert document["verdict"]["state"] == "no"
    assert len(document["audits"]) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"verdict": {"state": "perhaps", "headline": "", "reasons": []}},
        {"audits": [{"name": "x"}]},
        {"audits": 3},
    ],
)
def test_a_file_of_another_make_is_refused(cv_run: Run, changes: dict[str, Any]) -> None:
    make_audits(cv_run.folder, **changes)
    with pytest.raises(DataError, match=r"audits\.json: is not what an audit of schema 1 writes"):
        read_audits(cv_run.folder)


@pytest.mark.parametrize("content", ["{", json.dumps({"schema": float("nan")})])
def test_a_damaged_file_is_named(cv_run: Run, content: str) -> None:
    write_text(cv_run.folder / "audits.json", content)
    with pytest.raises(DataError, match=r"audits\.json: is not valid JSON"):
        read_audits(cv_run.folder)


def test_an_older_run_is_audited_now_on_the_numbers_that_the_report_shows(cv_run: Run) -> None:
    told: list[str] = []
    run, summary = scored(cv_run)
    found = audited(run, summary, told.append)
    assert "auditing" in told[0]
    assert found["audited"]["reason"] is None
    assert {audit["name"] for audit in found["audits"]} >= {"shuffled", "outside", "source", "duplicates"}
    assert found["verdict"]["state"] == "with care"


def test_without_its_cohort_a_run_is_not_judged_unless_patients_leaked(cv_run: Run) -> None:
    alone = replace(cv_run, cohort=None, cohort_reason="the cohort is gone")
    found = audited(alone, scored(alone)[1], lambda _: None)
    assert (found["verdict"], found["audits"]) == (None, [])
    assert found["audited"]["reason"] == "no audit can be made, because the cohort is gone"
    leaked = replace(alone, splits=(alone.splits or {}) | {"leaked_patients": 3})
    assert audited(leaked, None, lambda _: None)["verdict"]["state"] == "no"


def test_predictions_carry_the_verdict_on_the_cross_validation_behind_them(
    tmp_path: Path, cohort: Path, cv_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = cv_run.facts["cohort"]["sha256"]
    facts = {"run": "runs/first", "trained_on_cohort_sha256": sha256}
    run = load_run(make_predict(tmp_path / "predictions", cohort, **facts))
    found = audited(run, None, lambda _: None)
    assert found["verdict"] is None
    assert found["audited"]["reason"].endswith("no audits of the run that made its networks were found")
    said = {"state": "no", "headline": "These numbers cannot be believed: copies.", "reasons": ["Copies."]}
    make_audits(cv_run.folder, verdict=said)
    for place in (tmp_path, tmp_path / "out"):
        monkeypatch.chdir(place)
        found = audited(run, None, lambda _: None)
        assert found["audits"] == []
        assert found["verdict"] == {
            "state": "no",
            "headline": "The cross-validation behind these networks: its numbers cannot be believed: copies.",
            "reasons": ["Copies.", "The answers to these scans were not audited themselves."],
        }
    other = replace(run, facts=run.facts | {"trained_on_cohort_sha256": "ab" * 32})
    assert audited(other, None, lambda _: None)["verdict"] is None
    write_text(cv_run.folder / "audits.json", "{")
    assert audited(run, None, lambda _: None)["verdict"] is None


def test_a_train_run_is_not_audited(tmp_path: Path, cohort: Path) -> None:
    run = load_run(make_train(tmp_path / "t", cohort))
    assert audited(run, None, lambda _: None)["audited"]["reason"] == "a train run is not audited"
