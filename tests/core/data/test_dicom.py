import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from livernet.core.data.dicom import UltrasoundRegion, has_preamble, is_bare, read_header, read_patient_id
from livernet.core.data.images import read_picture
from livernet.core.errors import DataError
from tests.dicom_files import RAMP, bare, dataset, native, region

SYNTAXES = [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian]


def regions(tmp_path, *items, **tags):
    path = native(tmp_path / "a", RAMP, SequenceOfUltrasoundRegions=Sequence(items), **tags)
    facts = read_picture(path).dicom
    assert facts is not None
    return facts.regions


def test_regions_with_spacing_in_mm(tmp_path):
    incomplete = region((0, 0, 3, 3))
    del incomplete.RegionLocationMaxX1
    assert regions(tmp_path, region((1, 2, 6, 7)), incomplete) == (
        UltrasoundRegion(spatial_format=1, data_type=1, box=(1, 2, 6, 7), spacing_mm=(0.5, 0.5)),
    )


@pytest.mark.parametrize("data_type", [1, 2, 9, 0xA, 0xD, 0xE, 500])
def test_region_types_pass_as_they_are(tmp_path, data_type):
    (found,) = regions(tmp_path, region((0, 0, 99_999, 7), spatial=4, data_type=data_type))
    assert (found.spatial_format, found.data_type, found.box) == (4, data_type, (0, 0, 99_999, 7))
    assert not found.is_tissue


@pytest.mark.parametrize(
    "tags",
    [
        {"PhysicalUnitsYDirection": 4},
        {"PhysicalUnitsXDirection": 0},
        {"PhysicalDeltaX": 0.0},
        {"PhysicalDeltaY": float("nan")},
        {"PhysicalDeltaY": float("inf")},
    ],
)
def test_no_spacing_without_centimetres(tmp_path, tags):
    item = region((1, 2, 6, 7))
    for name, value in tags.items():
        setattr(item, name, value)
    assert regions(tmp_path, item)[0].spacing_mm is None


def test_patient_id(tmp_path):
    path = native(tmp_path / "a", RAMP, PatientID=" 17 ")
    assert read_patient_id(path) == "17"
    assert read_picture(path).dicom.patient_id == "17"
    path = native(tmp_path / "b", RAMP, SpecificCharacterSet="ISO_IR 192", PatientID="김민수")
    assert read_patient_id(path) == "김민수"
    assert read_patient_id(native(tmp_path / "c", RAMP)) == ""


def test_patient_id_of_other_files_is_empty(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "b").write_bytes(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100 and no more")
    assert read_patient_id(tmp_path / "a.png") == ""
    assert read_patient_id(tmp_path / "b") == ""
    assert read_patient_id(tmp_path / "none") == ""
    assert read_patient_id(tmp_path) == ""


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda s: s.name)
@pytest.mark.parametrize("meta", [True, False])
def test_data_sets_without_preamble(tmp_path, syntax, meta):
    path = bare(native(tmp_path / "a", RAMP, syntax=syntax, PatientID="17"), meta=meta)
    picture = read_picture(path)
    assert np.array_equal(picture.grey_HW, RAMP)
    assert picture.dicom.transfer_syntax == syntax.name
    assert read_patient_id(path) == "17"


def test_preamble_without_meta_group(tmp_path):
    for syntax in (*SYNTAXES, uid.ExplicitVRBigEndian):
        path = bare(native(tmp_path / "a", RAMP, syntax=syntax), meta=False)
        path.write_bytes(b"\0" * 128 + b"DICM" + path.read_bytes())
        assert np.array_equal(read_picture(path).grey_HW, RAMP)


def test_a_tiff_in_the_preamble_is_still_dicom(tmp_path):
    path = native(tmp_path / "a", RAMP)
    path.write_bytes(b"II*\0\x08\0\0\0" + path.read_bytes()[8:])
    assert read_picture(path).source_format == "DICOM"


@pytest.mark.parametrize("tags", [{"SOPClassUID": "1.2.840.10008.1.1"}, {"SOPClassUID": ""}])
def test_without_preamble_only_stored_objects_are_believed(tmp_path, tags):
    path = bare(native(tmp_path / "a", RAMP, **tags), meta=False)
    with pytest.raises(DataError, match="starts like DICOM, but is no stored object"):
        read_picture(path)


def test_without_preamble_and_pixels(tmp_path):
    data = dataset(RAMP, "MONOCHROME2", uid.ImplicitVRLittleEndian)
    data.save_as(tmp_path / "a", enforce_file_format=True)
    with pytest.raises(DataError, match="no stored object"):
        read_picture(bare(tmp_path / "a", meta=False))


def test_what_a_bare_data_set_starts_like(tmp_path):
    head = bare(native(tmp_path / "a", RAMP), meta=False).read_bytes()[:132]
    assert is_bare(head)
    assert not has_preamble(head)
    for other in (
        b"",
        head[:10],
        b"BM" + head[2:],
        b"%PDF-1.7 and more text",
        b"\x08\x00\x05\x01" + b"~" * 20,
    ):
        assert not is_bare(other)


def test_nothing_else_of_a_header_is_kept(tmp_path):
    icon = Dataset()
    icon.Rows, icon.Columns, icon.SamplesPerPixel, icon.BitsAllocated = 4, 4, 1, 8
    icon.PhotometricInterpretation, icon.PixelData = "MONOCHROME2", b"KIM MINSU 123456"
    request = Dataset()
    request.PatientName, request.RequestedProcedureDescription = "KIM^MINSU", "KIM MINSU"
    data = dataset(RAMP, "MONOCHROME2", uid.ExplicitVRLittleEndian, PatientID="17")
    data.PatientName, data.StationName, data.StudyDescription = "KIM^MINSU", "KIM MINSU", "KIM MINSU"
    data.IconImageSequence, data.RequestAttributesSequence = Sequence([icon]), Sequence([request])
    data.private_block(0x0009, "KIM MINSU", create=True).add_new(1, "LO", "KIM MINSU")
    data.add_new(0x60000010, "US", 16)
    data.add_new(0x60000011, "US", 24)
    data.add_new(0x60000100, "US", 1)
    data.add_new(0x60000022, "LO", "KIM MINSU")
    data.add_new(0x60003000, "OW", b"\xff" * 48)
    data.PixelData = RAMP.tobytes()
    data["PixelData"].VR = "OB"
    data.save_as(tmp_path / "a", enforce_file_format=True)
    picture = read_picture(tmp_path / "a")
    assert np.array_equal(picture.grey_HW, RAMP)
    assert "MINSU" not in repr(picture)
    with (tmp_path / "a").open("rb") as stream:
        header = read_header(tmp_path / "a", stream)
    assert "MINSU" not in str(header.dataset)
    assert {element.keyword for element in header.dataset} >= {"PatientID", "Rows"}
    assert not {"PatientName", "IconImageSequence"} & {element.keyword for element in header.dataset}


def test_lying_size(tmp_path):
    with pytest.raises(DataError, match="pixels; at most"):
        read_picture(native(tmp_path / "a", RAMP, Rows=60_000, Columns=60_000))


def test_missing_pixels(tmp_path):
    path = native(tmp_path / "a", RAMP)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match="cut short: not one frame is whole"):
        read_picture(path)


@pytest.mark.parametrize("size", [140, 300, 500])
def test_cut_off_within_the_header(tmp_path, size):
    path = native(tmp_path / "a", RAMP)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"holds no picture|damaged DICOM") as caught:
        read_picture(path)
    assert str(path) in caught.value.message


def test_a_deep_nest_of_sequences_is_no_crash(tmp_path):
    path = native(tmp_path / "a", RAMP)
    content = path.read_bytes()
    at = content.index(b"\x08\x00\x16\x00UI")
    nest = (b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff") * 20_000
    path.write_bytes(content[:at] + nest + content[at:])
    with pytest.raises(DataError, match=r"damaged DICOM file|holds no picture"):
        read_picture(path)
