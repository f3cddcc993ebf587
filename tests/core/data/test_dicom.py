import numpy as np
import pytest

from livernet.core.data.dicom import read_patient_id
from livernet.core.data.images import read_picture
from livernet.core.errors import DataError
from tests.core.preprocess.screens import dicom, region

RAMP = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4


def test_monochrome2(tmp_path):
    picture = read_picture(dicom(tmp_path / "a", RAMP))
    assert np.array_equal(picture.grey_HW, RAMP)
    assert picture.source_format == "DICOM"


def test_monochrome1_is_inverted(tmp_path):
    picture = read_picture(dicom(tmp_path / "a.dcm", RAMP, "MONOCHROME1"))
    assert np.array_equal(picture.grey_HW, 255 - RAMP)


def test_twelve_bits_stored(tmp_path):
    deep = np.array([[0, 4095], [2048, 16]], np.uint16)
    picture = read_picture(dicom(tmp_path / "a.dcm", deep, BitsStored=12, HighBit=11))
    assert picture.grey_HW.tolist() == [[0, 255], [128, 1]]
    assert picture.bit_depth == 12


def test_rgb_and_ybr_agree(tmp_path):
    grey = np.repeat(RAMP[..., None], 3, axis=2)
    neutral = np.full_like(RAMP, 128)
    as_rgb = read_picture(dicom(tmp_path / "a.dcm", grey, "RGB"))
    as_ybr = read_picture(dicom(tmp_path / "b.dcm", np.stack([RAMP, neutral, neutral], axis=2), "YBR_FULL"))
    assert np.array_equal(as_rgb.grey_HW, RAMP)
    assert np.abs(as_ybr.grey_HW.astype(int) - RAMP).max() <= 1


def test_palette_of_sixteen_bits(tmp_path):
    table = (np.arange(256, dtype=np.uint16) * 257).tobytes()
    names = ("Red", "Green", "Blue")
    tables = {f"{name}PaletteColorLookupTableData": table for name in names}
    tables |= {f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in names}
    picture = read_picture(dicom(tmp_path / "a.dcm", RAMP, "PALETTE COLOR", **tables))
    assert np.array_equal(picture.grey_HW, RAMP)


def test_middle_frame(tmp_path):
    frames = np.stack([np.full((8, 8), level, np.uint8) for level in (10, 20, 30, 40, 50)])
    picture = read_picture(dicom(tmp_path / "a.dcm", frames))
    assert picture.frames == 5
    assert (picture.grey_HW == 30).all()


def test_regions_with_spacing_in_mm(tmp_path):
    incomplete = region((0, 0, 3, 3))
    del incomplete.RegionLocationMaxX1
    path = dicom(
        tmp_path / "a.dcm",
        RAMP,
        SequenceOfUltrasoundRegions=[region((1, 2, 6, 7)), incomplete],
        PatientID=" 17 ",
    )
    facts = read_picture(path).dicom
    assert facts is not None
    assert [r.box for r in facts.regions] == [(1, 2, 6, 7)]
    assert facts.regions[0].spacing_mm == (0.5, 0.5)
    assert facts.regions[0].is_tissue
    assert facts.patient_id == "17"
    assert read_patient_id(path) == "17"


def test_no_spacing_without_centimetres(tmp_path):
    item = region((1, 2, 6, 7))
    item.PhysicalUnitsYDirection = 4
    facts = read_picture(dicom(tmp_path / "a.dcm", RAMP, SequenceOfUltrasoundRegions=[item])).dicom
    assert facts is not None
    assert facts.regions[0].spacing_mm is None


def test_unknown_photometric_interpretation_is_named(tmp_path):
    with pytest.raises(DataError, match="'HSV' is not known"):
        read_picture(dicom(tmp_path / "a.dcm", RAMP, "HSV"))


def test_lying_size(tmp_path):
    with pytest.raises(DataError, match="pixels; at most"):
        read_picture(dicom(tmp_path / "a.dcm", RAMP, Rows=60_000, Columns=60_000))


def test_missing_pixels(tmp_path):
    content = dicom(tmp_path / "a.dcm", RAMP).read_bytes()
    (tmp_path / "b.dcm").write_bytes(content[:-40])
    with pytest.raises(DataError, match="cut short: not one frame is whole"):
        read_picture(tmp_path / "b.dcm")


def test_patient_id_of_other_files_is_empty(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert read_patient_id(tmp_path / "a.png") == ""
    assert read_patient_id(tmp_path / "none") == ""
