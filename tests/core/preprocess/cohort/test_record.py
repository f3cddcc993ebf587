import json

import numpy as np
import pytest

from livernet.core.data.images import read_picture
from livernet.core.errors import OutputError
from livernet.core.files import json_bytes, sha256
from livernet.core.preprocess.cohort.record import (
    RECORD,
    image_record,
    is_whole,
    read_record,
    record_chunks,
    record_head,
)
from livernet.core.preprocess.geometry import Geometry
from livernet.core.preprocess.pipeline import prepare
from livernet.core.preprocess.settings import PreprocessConfig
from tests.core.preprocess.screens import save, screen
from tests.dicom_files import native, region

SETTINGS = PreprocessConfig(size=128)


def made(tmp_path):
    tags = {"SequenceOfUltrasoundRegions": [region((20, 15, 380, 275))], "PatientID": "KIM-17"}
    picture = read_picture(native(tmp_path / "kim.dcm", screen(), **tags))
    prepared = prepare(picture, SETTINGS)
    return picture, prepared, image_record(picture, prepared, {"images": "0"})


def test_image_record_maps_back_and_names_nobody(tmp_path):
    _, prepared, record = made(tmp_path)
    assert Geometry.from_dict(record["geometry"]) == prepared.geometry
    assert record["format"] == "DICOM"
    assert record["checks"]["route"] == "region"
    assert record["spacing_mm"]["before"] == [0.5, 0.5]
    assert record["spacing_mm"]["after"][0] == pytest.approx(prepared.spacing_mm, abs=1e-5)
    assert set(record["border"]) == {"level", "blocks"}
    assert "kim" not in json.dumps(record).lower()


def cohort(tmp_path):
    out = tmp_path / "out"
    square = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    path = save(out / "images" / "P1_01.png", square)
    images = {"images/P1_01.png": {"sha256": {"images": sha256(path.read_bytes())}}}
    outcome = {"files": {"images/P1_01.png": sha256(path.read_bytes())}, "reasons": {}}
    record = {**record_head(SETTINGS.to_dict(), "inputs", None), "outcome": outcome, "images": images}
    (out / RECORD).write_text(json.dumps(record))
    return out, record


def test_record_is_read_back(tmp_path):
    out, record = cohort(tmp_path)
    assert read_record(out) == record
    assert record["deidentification"]["PatientIdentityRemoved (0012,0062)"] == "YES"


def test_the_document_is_written_image_by_image():
    images = {
        f"images/P{n}.png": {"checks": {"route": "가", "kinds": {}}, "scale": [n, 0.5]} for n in range(3)
    }
    head = {"kind": "livernet cohort", "outcome": {"files": {"": "0"}}}
    assert b"".join(record_chunks(head, images.items())) == json_bytes({**head, "images": images})


def test_no_record_in_a_new_or_empty_folder(tmp_path):
    assert read_record(tmp_path / "none") is None
    assert read_record(tmp_path) is None


@pytest.mark.parametrize("content", [None, "{}", "[1]", "{"])
def test_other_folders_are_refused(tmp_path, content):
    (tmp_path / "thesis.txt").write_text("x")
    if content is not None:
        (tmp_path / RECORD).write_text(content)
    with pytest.raises(OutputError, match=r"not made by|cannot be read"):
        read_record(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        read_record(tmp_path / "out")


def test_whole_until_a_byte_changes(tmp_path):
    out, record = cohort(tmp_path)
    assert is_whole(out, record)
    save(out / "images" / "P1_01.png", np.zeros((64, 64), np.uint8))
    assert not is_whole(out, record)


def test_not_whole_with_a_file_too_many(tmp_path):
    out, record = cohort(tmp_path)
    save(out / "images" / "KIM.png", np.zeros((64, 64), np.uint8))
    assert not is_whole(out, record)
