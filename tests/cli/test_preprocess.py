import json

import pytest
import typer
from typer.testing import CliRunner

from livernet.cli.preprocess import preprocess
from livernet.core.errors import ConfigError, DataError
from tests.core.preprocess.screens import save, screen

app = typer.Typer()
app.command()(preprocess)
runner = CliRunner()


@pytest.fixture
def raw(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed in range(2):
        save(tmp_path / "raw" / f"{seed}.png", screen(seed=seed))
    return tmp_path / "raw"


def invoke(*arguments):
    return runner.invoke(app, [str(a) for a in ("raw", *arguments, "--size", 128)])


def test_summary_and_next_command(raw):
    result = invoke("out")
    assert result.exit_code == 0
    assert "out: 2 images of 2 files, 2 patients" in result.stdout
    assert "livernet cv --folds 10" in result.stderr
    assert "forgotten" in result.stderr
    assert (raw.parent / "out" / "manifest.csv").is_file()


def test_another_out_is_named_in_the_next_command(raw):
    assert "livernet cv cohort --folds 10" in invoke("cohort").stderr


def test_json_is_the_only_thing_on_stdout(raw):
    (raw / "2.png").write_bytes(b"")
    document = json.loads(invoke("out", "--json").stdout)
    assert (document["images"], document["quarantined"], document["unchanged"]) == (2, 1, False)
    assert document["reasons"] == {"the file is empty": 1}
    assert document["quarantine_map"].endswith("raw-quarantine-map.csv")


def test_copies_are_counted(raw):
    (raw / "2.png").write_bytes((raw / "0.png").read_bytes())
    result = invoke("out")
    line = "copies       2 images in 1 group of equal or nearly equal ones: 1 under several patients"
    assert line in result.stdout.replace("\n", " ")
    again = json.loads(invoke("out2", "--json").stdout)
    assert again["copies"] == {"groups": 1, "images": 2, "across_patients": 1, "across_stages": 0}


def test_strict_exits_with_three_only_when_something_is_in_quarantine(raw):
    assert invoke("out", "--strict").exit_code == 0
    (raw / "2.png").write_bytes(b"")
    assert invoke("out2").exit_code == 0
    assert invoke("out3", "--strict").exit_code == 3


def test_second_pass_says_that_nothing_is_to_do(raw):
    invoke("out")
    assert "nothing to do" in invoke("out").stdout


def test_errors_reach_the_caller(raw):
    assert isinstance(invoke("out", "--fit", "crop").exception, ConfigError)
    assert isinstance(invoke("out", "--masks", "none").exception, DataError)


def test_size_out_of_range_is_a_usage_error(raw):
    assert runner.invoke(app, ["raw", "out", "--size", "10"]).exit_code == 2
