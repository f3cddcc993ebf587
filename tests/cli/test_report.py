import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from livernet.cli.report import report
from livernet.core.errors import DataError
from tests.fake_run import make_cohort, make_cv

app = typer.Typer()
app.command()(report)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_cohort(tmp_path / "out", scanner="phantom")
    make_cv(tmp_path / "runs" / "first", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_newest_run_is_reported_by_default(place: Path) -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0, result.output
    assert "first: held-out results per patient" in result.stdout
    assert "The cohort is a phantom" in result.stderr
    assert "wrote report.html (open it in a browser) and report.json" in result.stderr
    assert (place / "report.html").is_file()
    assert (place / "report.json").is_file()


def test_json_prints_the_document_and_nothing_else_on_stdout(place: Path) -> None:
    result = CliRunner().invoke(app, ["runs/first", "--out", "sub/page.html", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads((place / "sub" / "page.json").read_text())


def test_a_missing_run_is_an_error(place: Path) -> None:
    result = CliRunner().invoke(app, ["runs/none"])
    assert isinstance(result.exception, DataError)
    assert "is not a run folder" in result.exception.message
    assert not (place / "report.html").exists()
