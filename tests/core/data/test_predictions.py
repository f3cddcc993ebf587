import re
from pathlib import Path

import pytest

from livernet.core.data.predictions import Prediction, read_predictions, write_predictions
from livernet.core.errors import DataError, FaultsError

ROWS = (
    Prediction(
        model="livernet", fold=3, seed=0, image="images/a.png", patient="p1", stage=4, true_class=2,
        probabilities=(0.1, 0.2, 0.7), predicted=2, dice=0.9, mask_confidence=0.95,
    ),
    Prediction(
        model="livernet", fold=None, seed=0, image="scan, 1.png", patient="", stage=None, true_class=None,
        probabilities=(0.5, 0.25, 0.25), calibrated=(0.4, 0.3, 0.3), predicted=0,
    ),
)  # fmt: skip


def test_round_trip(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", ROWS)
    assert read_predictions(tmp_path / "p.csv") == ROWS
    header = "model,fold,seed,image,patient,stage,class,p0,p1,p2,c0,c1,c2,predicted,dice,mask_confidence"
    assert (tmp_path / "p.csv").read_text().splitlines()[0] == header


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("0.700000", "0.800000", r"row 2: p0\.\.p2 sum to 1\.1000, not 1"),
        ("0.700000", "nan", r"row 2: p2 'nan' is not a number between 0 and 1"),
        ("0.700000", "x", "row 2: could not convert"),
        ("F4", "F9", "row 2: stage 'F9'"),
        (",2,0.1", ",7,0.1", r"row 2: class '7' is not one of 0\.\.2"),
        ("0.900000", "1.9", "row 2: dice '1.9'"),
    ],
)
def test_hand_edited(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = tmp_path / "p.csv"
    write_predictions(file, ROWS)
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(FaultsError, match=r"p\.csv: 1 fault") as caught:
        read_predictions(file)
    assert re.search(fault, caught.value.faults[0])


def test_missing_or_foreign(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_predictions(tmp_path / "none.csv")
    (tmp_path / "p.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no column model, fold"):
        read_predictions(tmp_path / "p.csv")
