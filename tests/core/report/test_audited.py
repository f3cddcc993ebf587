import json

import pytest

from livernet.core.errors import DataError
from livernet.core.files import write_text
from livernet.core.report.audited import read_audits
from livernet.core.report.collect import Run
from tests.fake_run import make_audits


def test_what_the_run_wrote_is_read(cv_run: Run) -> None:
    assert read_audits(cv_run) is None
    make_audits(cv_run.folder, "no")
    document = read_audits(cv_run)
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
def test_a_file_of_another_make_is_refused(cv_run: Run, changes: dict[str, object]) -> None:
    make_audits(cv_run.folder, **changes)
    with pytest.raises(DataError, match=r"audits\.json: is not what an audit of schema 1 writes"):
        read_audits(cv_run)


@pytest.mark.parametrize("content", ["{", json.dumps({"schema": float("nan")})])
def test_a_damaged_file_is_named(cv_run: Run, content: str) -> None:
    write_text(cv_run.folder / "audits.json", content)
    with pytest.raises(DataError, match=r"audits\.json: is not valid JSON"):
        read_audits(cv_run)
