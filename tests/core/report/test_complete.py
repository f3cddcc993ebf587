import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livernet.core.data.manifest import load_manifest
from livernet.core.data.predictions import Prediction, read_predictions
from livernet.core.errors import FaultsError
from livernet.core.report.complete import check_complete


@pytest.fixture
def rows(cv_folder: Path) -> tuple[Prediction, ...]:
    return read_predictions(cv_folder / "predictions.csv")


@pytest.fixture
def splits(cv_folder: Path) -> dict[str, Any]:
    return dict(json.loads((cv_folder / "splits.json").read_text()))


def test_a_whole_run_passes(rows: tuple[Prediction, ...], splits: dict[str, Any], cohort: Path) -> None:
    check_complete(rows, splits, load_manifest(cohort), merged=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fold": 99}, "fold 99 did not hold out images/image-000.png"),
        ({"image": "../../etc/passwd"}, "images/image-000.png of fold 0 has no prediction"),
        ({"patient": "Pnobody"}, "images/image-000.png is of patient P000, not Pnobody"),
        ({"patient": ""}, "images/image-000.png is of patient P000, not unknown"),
        ({"stage": 4, "true_class": 2}, "images/image-000.png has F0, not F4"),
        ({"stage": None, "true_class": None}, "images/image-000.png has F0, not no stage"),
    ],
)
def test_a_row_of_another_fold_patient_or_stage_is_named(
    rows: tuple[Prediction, ...], splits: dict[str, Any], cohort: Path, change: dict[str, Any], said: str
) -> None:
    edited = (replace(rows[0], **change), *rows[1:])
    with pytest.raises(FaultsError, match=r"against splits\.json and the manifest") as raised:
        check_complete(edited, splits, load_manifest(cohort), merged=False)
    assert any(said in fault for fault in raised.value.faults)


def test_rows_that_were_taken_out_are_missed(rows: tuple[Prediction, ...], splits: dict[str, Any]) -> None:
    with pytest.raises(FaultsError, match="5 rows against") as raised:
        check_complete(rows[5:], splits, None, merged=False)
    assert raised.value.faults[0] == "livernet: images/image-000.png of fold 0 has no prediction"


def test_patients_that_were_made_one_may_be_named_otherwise(
    rows: tuple[Prediction, ...], splits: dict[str, Any], cohort: Path
) -> None:
    edited = (replace(rows[0], patient="P001"), *rows[1:])
    check_complete(edited, splits, load_manifest(cohort), merged=True)
