import json
from pathlib import Path
from typing import Any

import pytest

from livernet.core.audits.audit import NAMES, found
from livernet.core.audits.document import audits_document
from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.errors import DataError
from livernet.core.files import write_json
from tests.fake_run import make_cohort, make_cv


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Cohort]:
    make_cohort(tmp_path / "cohort", patients=12, scanner="Skin phantom")
    run = make_cv(tmp_path / "run", tmp_path / "cohort")
    write_json(run / "summary.json", {"class_names": [], "models": {}})
    return run, load_manifest(tmp_path / "cohort")


def test_a_finished_run_is_audited(made: tuple[Path, Cohort]) -> None:
    document = audits_document(*made)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert set(document) == {"schema", "verdict", "audits", "images", "sampled", "seconds"}
    assert [audit["name"] for audit in document["audits"]] == list(NAMES)
    assert (document["images"], document["sampled"]) == (24, False)
    assert "phantom" in document["verdict"]["headline"]


def test_audits_made_before_training_are_kept(made: tuple[Path, Cohort]) -> None:
    before = [found(name, "passed", "Made before.") for name in NAMES[:4]]
    document = audits_document(*made, before)
    assert [audit["verdict"] for audit in document["audits"][:4]] == ["Made before."] * 4


def test_leaked_patients_of_the_folds_are_told(made: tuple[Path, Cohort]) -> None:
    splits = json.loads((made[0] / "splits.json").read_text())
    write_json(made[0] / "splits.json", splits | {"leaked_patients": 3})
    assert audits_document(*made)["verdict"]["state"] == "no"


def test_duplicates_of_the_run_are_weighed(made: tuple[Path, Cohort]) -> None:
    splits = json.loads((made[0] / "splits.json").read_text())
    images = [made[1].rows[i].image for i in (0, 2)]
    write_json(made[0] / "splits.json", splits | {"duplicates": [{"kind": "near", "images": images}]})
    audit = audits_document(*made)["audits"][3]
    assert audit["numbers"]["across_patients"] == 1


def test_another_cohort_is_refused(made: tuple[Path, Cohort], tmp_path: Path) -> None:
    make_cohort(tmp_path / "other", patients=7)
    with pytest.raises(DataError, match="is not the cohort of"):
        audits_document(made[0], load_manifest(tmp_path / "other"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("splits.json", None, r"splits\.json: is missing or damaged"),
        ("splits.json", [], r"splits\.json: is missing or damaged"),
        ("splits.json", {"folds": [{"train": ["images/other.png"], "test": []}]}, "do not say how"),
        ("splits.json", {"folds": 3}, "do not say how"),
        ("summary.json", None, r"summary\.json: is missing or damaged"),
    ],
)
def test_damaged_runs_are_errors(made: tuple[Path, Cohort], name: str, content: Any, words: str) -> None:
    (made[0] / name).write_text("{" if content is None else json.dumps(content))
    with pytest.raises(DataError, match=words):
        audits_document(*made)
