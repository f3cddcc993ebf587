import re
from dataclasses import replace
from pathlib import Path

import pytest

from livernet.core.data.predictions import Prediction, most_probable, read_predictions, write_predictions
from livernet.core.errors import DataError, FaultsError

ROWS = (
    Prediction(
        model="livernet", fold=3, seed=0, image="images/a.png", patient="p1", stage=4, true_class=2,
        probabilities=(0.1, 0.2, 0.7), predicted=2,
        dice=0.9, hd95=12.5, assd=3.25, nsd=0.75, unit="mm", mask_confidence=0.95, patch_accuracy=0.625,
    ),
    Prediction(
        model="livernet", fold=None, seed=0, image="scan, 1.png", patient="", stage=None, true_class=None,
        probabilities=(0.5, 0.25, 0.25), calibrated=(0.4, 0.3, 0.3), predicted=0,
    ),
)  # fmt: skip


def test_round_trip(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", ROWS)
    assert read_predictions(tmp_path / "p.csv") == ROWS
    header = (
        "model,fold,seed,image,patient,stage,class,p0,p1,p2,c0,c1,c2,predicted,"
        "dice,hd95,assd,nsd,unit,mask_confidence,patch_accuracy"
    )
    assert (tmp_path / "p.csv").read_text().splitlines()[0] == header


def test_distances_to_six_decimals_and_classes_by_the_probabilities_that_count(tmp_path: Path) -> None:
    turned = replace(ROWS[0], calibrated=(0.5, 0.3, 0.2), predicted=0, assd=1 / 3)
    write_predictions(tmp_path / "p.csv", [turned])
    (found,) = read_predictions(tmp_path / "p.csv")
    assert found.assd == 0.333333
    assert (found.predicted, found.best_probabilities) == (0, (0.5, 0.3, 0.2))
    assert ROWS[0].best_probabilities == (0.1, 0.2, 0.7)


def test_files_of_earlier_versions_are_read(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", ROWS)
    lines = (
        line.split(",") for line in (tmp_path / "p.csv").read_text().replace("scan, 1", "scan 1").splitlines()
    )
    (tmp_path / "p.csv").write_text("".join(",".join(cells[:15] + cells[19:]) + "\n" for cells in lines))
    first = read_predictions(tmp_path / "p.csv")[0]
    assert first == replace(ROWS[0], hd95=None, assd=None, nsd=None, unit="")


def test_of_two_equally_probable_classes_the_milder_is_predicted() -> None:
    assert most_probable((0.2, 0.4, 0.4)) == 1
    assert most_probable((0.1 + 0.2, 0.4, 0.3)) == 1
    assert most_probable((0.3, 0.1 + 0.2, 0.4 - 1e-12)) == 2
    assert most_probable((0.5 - 1e-12, 0.5)) == 0


def test_a_tie_in_the_six_decimals_of_the_file_is_no_fault(tmp_path: Path) -> None:
    close = (0.300001, 0.3499995 - 1e-11, 0.3499995 + 1e-11)  # 0.349999 and 0.350000 in the file
    assert most_probable(close) == 1
    write_predictions(tmp_path / "p.csv", [replace(ROWS[0], probabilities=close, predicted=1)])
    (found,) = read_predictions(tmp_path / "p.csv")
    assert found.probabilities[1] < found.probabilities[2]
    assert found.predicted == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("0.700000", "0.800000", r"row 2: p0\.\.p2 sum to 1\.1000, not 1"),
        ("0.700000", "nan", r"row 2: p2 'nan' is not a number between 0 and 1"),
        ("0.700000", "x", "row 2: p2 'x' is not a number between 0 and 1"),
        ("0.700000", "", "row 2: p2 '' is not a number between 0 and 1"),
        ("0.100000,0.200000,0.700000", "-0.1,0.4,0.7", "row 2: p0 '-0.1' is not a number between 0 and 1"),
        ("0.400000", "0.900000", r"row 3: c0\.\.c2 sum to 1\.5000, not 1"),
        ("0.400000", "", "row 3: c0 '' is not a number between 0 and 1"),
        (",,,,2,0.9", ",,,,1,0.9", "row 2: predicted is 1, but p2 is the largest of its probabilities"),
        ("0.300000,0.300000,0,", "0.300000,0.300000,2,", "row 3: predicted is 2, but c0 is the largest"),
        (",,,,2,0.9", ",,,,,0.9", "row 2: predicted is empty"),
        ("0.625000", "0.625000,7", "row 2: 22 cells for 21 columns"),
        ("0.625000", "1.5", "row 2: patch_accuracy '1.5' is not a number between 0 and 1"),
        ("livernet,3,", "livernet,x,", "row 2: fold 'x' is not a whole number"),
        ("livernet,3,0", "livernet,3,-1", "row 2: seed '-1' is not a whole number"),
        ("F4", "F9", "row 2: stage 'F9'"),
        (",2,0.1", ",7,0.1", r"row 2: class '7' is not one of 0\.\.2"),
        ("0.900000", "1.9", "row 2: dice '1.9'"),
        ("12.500000", "inf", "row 2: hd95 'inf' is not a number from 0 up"),
        (",mm,", ",cm,", "row 2: unit 'cm' is not mm, px or empty"),
        (",mm,", ",,", "row 2: unit is empty, but there are distances"),
    ],
)
def test_hand_edited(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = tmp_path / "p.csv"
    write_predictions(file, ROWS)
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(FaultsError, match=r"p\.csv: \d fault") as caught:
        read_predictions(file)
    assert re.search(fault, "\n".join(caught.value.faults))


@pytest.mark.parametrize(("old", "new"), [("c2", "note"), ("p2", "p3"), ("c2", "c02")])
def test_columns_that_do_not_fit_each_other(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "p.csv"
    write_predictions(file, ROWS)
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match="not one p and one c a class"):
        read_predictions(file)


def test_missing_or_foreign(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_predictions(tmp_path / "none.csv")
    (tmp_path / "p.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no column model, fold"):
        read_predictions(tmp_path / "p.csv")
