import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from livernet.cli.phantom import phantom
from livernet.core.errors import ConfigError

app = typer.Typer()
app.command()(phantom)
SMALL = ["--per-stage", "2,0,2,0,0", "--images", "4"]
TINY = ["--per-stage", "1,0,0,0,1", "--images", "2"]


def test_writes_a_cohort_and_names_the_next_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path / "raw"), *TINY])
    assert done.exit_code == 0, done.output
    assert "2 synthetic pictures of 2 invented patients" in done.stdout
    assert "livernet preprocess" in done.stderr
    assert (tmp_path / "raw" / "labels.csv").is_file()


def test_json_is_one_document_with_the_difficulty(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path / "raw"), *SMALL, "--describe", "--json", "--seed", "4"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["stages"]["F2"] == {"patients": 2, "images": 2}
    assert document["seed"] == 4
    assert 0 <= document["difficulty"]["texture_auc_f2"] <= 1
    assert document["difficulty"]["latent_auc_f2"] >= 0.5


def test_per_stage_must_be_numbers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not five whole numbers"):
        CliRunner().invoke(app, [str(tmp_path / "raw"), "--per-stage", "a,b"], catch_exceptions=False)
    assert not (tmp_path / "raw").exists()


def test_zero_patients_is_a_usage_error(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, [str(tmp_path / "raw"), "--patients", "0"]).exit_code == 2


def test_all_consoles_can_be_asked_for(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path / "raw"), *TINY, "--consoles", "all"])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "raw" / "truth.json").read_text())["consoles"] == "all"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--consoles", "some"], "is neither standard nor all"),
     (["--consoles", "all", "--describe"], "measures the standard cohort")],
)  # fmt: skip
def test_consoles_must_be_known(tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CliRunner().invoke(app, [str(tmp_path / "raw"), *arguments], catch_exceptions=False)
    assert not (tmp_path / "raw").exists()


def test_consoles_may_follow_the_stage(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path / "raw"), *TINY, "--confound", "1", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["confound"] == 1.0
    assert json.loads((tmp_path / "raw" / "truth.json").read_text())["confound"] == 1.0
    assert CliRunner().invoke(app, [str(tmp_path / "no"), "--confound", "1.5"]).exit_code == 2
