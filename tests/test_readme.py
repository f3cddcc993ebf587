"""The README's quick start, held to what the tool does."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from livernet.cli.app import run
from livernet.core.data.manifest import load_manifest
from tests.benchmarks import belief_table, speed_table
from tests.benchmarks.tables import markdown

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def quick_start() -> list[str]:
    section = re.search(r"^## Quick start$(.*?)(?=^## )", README, re.S | re.M)
    assert section, "README.md has no section 'Quick start'"
    return re.findall(r"^```sh\n(.*?)^```$", section[1], re.S | re.M)


def commands(block: str) -> list[list[str]]:
    lines = (shlex.split(line, comments=True) for line in block.splitlines())
    return [words[1:] for words in lines if words and words[0] == "livernet"]


def test_quick_start_holds_two_blocks_each_complete() -> None:
    blocks = quick_start()
    assert len(blocks) == 2
    assert all("python3 -m venv" in block and "pip install" in block for block in blocks)
    assert [words[0] for words in commands(blocks[0])] == ["preprocess", "cv", "predict", "report"]
    assert "pytest" in blocks[1]


def test_the_first_block_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As typed, but for the length of the training."""
    shutil.copytree(ROOT / "data_samples" / "raw", tmp_path / "data_samples" / "raw")
    monkeypatch.chdir(tmp_path)
    for words in commands(quick_start()[0]):
        short = ["--set", "train.epochs=1", "--set", "model.width=2", "--set", "train.size=32"]
        assert run([*words, *short] if words[0] == "cv" else words) == 0, capsys.readouterr().err
    assert list(tmp_path.glob("predictions/*_mask.png"))
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_every_option_in_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"livernet ([a-z]+)((?: [^`\n#]*)?)", README))
    assert named
    for command, rest in named:
        if command in {"cv", "train", "predict", "preprocess", "report", "phantom", "doctor"}:
            assert run([command, "--help"]) == 0
            shown = capsys.readouterr().out
            for option in re.findall(r"--[a-z][a-z-]+", rest):
                assert option in shown, f"livernet {command} {option}"


def test_samples_are_enough_for_ten_folds(tmp_path: Path) -> None:
    raw = ROOT / "data_samples" / "raw"
    size = sum(file.stat().st_size for file in raw.rglob("*") if file.is_file())
    assert size <= 8 * 2**20
    assert run(["preprocess", str(raw), str(tmp_path / "out")]) == 0
    patients = {row.patient: row.stage for row in load_manifest(tmp_path / "out").rows}
    assert len(patients) >= 30
    classes = [0, 0, 1, 1, 2]
    counts = [sum(stage is not None and classes[stage] == k for stage in patients.values()) for k in range(3)]
    assert min(counts) >= 10


def test_the_tables_of_de_identification_are_those_of_the_measurement() -> None:
    document = json.loads(
        (ROOT / ".github" / "results" / "deidentification.json").read_text(encoding="utf-8")
    )
    assert markdown(document) in README


def test_the_tables_of_audits_and_duplicates_are_those_of_the_measurement() -> None:
    assert belief_table.markdown(belief_table.read("audits"), belief_table.read("duplicates")) in README


def test_the_table_of_speed_is_that_of_the_measurements() -> None:
    start, end = (README.index(marker) for marker in (speed_table.START, speed_table.END))
    assert speed_table.markdown() == README[start + len(speed_table.START) : end].strip()


def test_what_was_caught_is_what_was_said() -> None:
    caught = belief_table.read("mislabelled")
    copies = caught["preprocess"]["copies"]
    for said in (
        caught["stopped"]["error"],
        caught["verdict"]["headline"],
        f"{copies['images']:,} lie in {copies['groups']} groups",
        f"{round(100 * caught['accuracy_not_to_be_believed']['value'])} % after two epochs",
    ):
        assert said in README
