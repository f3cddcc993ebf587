"""The pictures that come with the project: all made by ``livernet phantom``, enough for ten folds, small."""

import csv
import json
from pathlib import Path

from livernet.core.data.images import read_mask, read_picture
from livernet.core.stages import Grouping, parse_stage

RAW = Path(__file__).parents[1] / "data_samples" / "raw"


def rows() -> list[dict[str, str]]:
    with (RAW / "labels.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_ten_folds_are_possible() -> None:
    grouping = Grouping.parse("3")
    patients: dict[int, set[str]] = {}
    for row in rows():
        patients.setdefault(grouping.class_of(parse_stage(row["stage"]) or 0), set()).add(row["patient"])
    assert len(patients) == 3
    assert min(map(len, patients.values())) >= 10
    assert sum(map(len, patients.values())) >= 30


def test_every_picture_opens_and_has_a_mask_of_its_size() -> None:
    formats = set()
    for row in rows():
        picture = read_picture(RAW / row["file"])
        formats.add(picture.source_format)
        mask_HW = read_mask((RAW / "masks" / row["file"]).with_suffix(".png"))
        assert mask_HW.shape == picture.grey_HW.shape
        assert 0.03 < float(mask_HW.mean()) < 0.6
    assert formats == {"PNG", "JPEG", "DICOM"}


def test_they_are_synthetic_and_small() -> None:
    assert json.loads((RAW / "truth.json").read_text(encoding="utf-8"))["kind"] == "livernet phantom"
    assert sum(path.stat().st_size for path in RAW.rglob("*") if path.is_file()) < 8_000_000
