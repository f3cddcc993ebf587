import numpy as np
import pytest
from pydicom import uid

from livernet.core.data.images import read_picture
from livernet.core.errors import DataError
from tests.dicom_files import RAMP, native

NAMES = ("Red", "Green", "Blue")
CURVE = np.arange(256, dtype=np.uint16)


def palette(descriptor, *tables, segmented=False):
    kind = "Segmented" if segmented else ""
    tags = {f"{name}PaletteColorLookupTableDescriptor": list(descriptor) for name in NAMES}
    tables = tables * 3 if len(tables) == 1 else tables
    pairs = zip(NAMES, tables, strict=True)
    return tags | {f"{kind}{name}PaletteColorLookupTableData": table for name, table in pairs}


def grey(tmp_path, pixels, tags, syntax=uid.ExplicitVRLittleEndian):
    return read_picture(native(tmp_path / "a", pixels, "PALETTE COLOR", syntax, **tags)).grey_HW


@pytest.mark.parametrize(
    ("bits", "table"),
    [
        (16, (CURVE * 257).astype("<u2").tobytes()),
        (16, CURVE.astype("<u2").tobytes()),
        (8, CURVE.astype("u1").tobytes()),
        (8, CURVE.astype("<u2").tobytes()),
    ],
    ids=["16 bits", "8 bits called 16", "bytes", "8 bits in words"],
)
def test_tables(tmp_path, bits, table):
    assert np.array_equal(grey(tmp_path, RAMP, palette((256, 0, bits), table)), RAMP)


def test_implicit_and_big_endian(tmp_path):
    words = (CURVE * 257).astype("<u2").tobytes()
    for syntax in (uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian):
        table = words if syntax.is_little_endian else (CURVE * 257).astype(">u2").tobytes()
        assert np.array_equal(grey(tmp_path, RAMP, palette((256, 0, 16), table), syntax), RAMP)


def test_stored_values_beyond_the_table_take_its_ends(tmp_path):
    pixels = np.array([[0, 10, 13, 20, 300]], np.uint16)
    tags = palette((4, 10, 8), bytes([50, 60, 70, 80]))
    assert grey(tmp_path, pixels, tags).tolist() == [[50, 50, 80, 80, 80]]


def test_sixty_five_thousand_entries(tmp_path):
    table = np.arange(65536, dtype="<u2").tobytes()
    pixels = np.array([[0, 256, 65535]], np.uint16)
    assert grey(tmp_path, pixels, palette((0, 0, 16), table)).tolist() == [[0, 1, 255]]


def test_negative_first_value(tmp_path):
    pixels = np.array([[-2, 0, 1]], np.int16)
    tags = palette((4, -2, 8), bytes([50, 60, 70, 80]))
    assert grey(tmp_path, pixels, tags).tolist() == [[50, 70, 80]]


def test_colours_stay_colours(tmp_path):
    tables = (bytes([0, 255]), bytes([0, 0]), bytes([0, 0]))
    path = native(tmp_path / "a", RAMP % 2, "PALETTE COLOR", **palette((2, 0, 8), *tables))
    picture = read_picture(path)
    assert np.array_equal(picture.saturated_HW, RAMP % 2 == 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([0, 2, 0, 51 * 257, 1, 2, 153 * 257], [0, 51, 102, 153]),
        ([0, 1, 0, 1, 1, 85 * 257, 1, 1, 170 * 257, 2, 1, 6, 0], [0, 85, 170, 85]),
    ],
    ids=["linear", "indirect"],
)
def test_segmented_tables(tmp_path, words, expected):
    count = len(expected)
    tags = palette((count, 0, 16), np.array(words, "<u2").tobytes(), segmented=True)
    assert grey(tmp_path, np.arange(count, dtype=np.uint8)[None], tags).tolist() == [expected]


def test_segmented_bytes(tmp_path):
    tags = palette((4, 0, 8), bytes([0, 1, 10, 1, 3, 40]), segmented=True)
    assert grey(tmp_path, np.arange(4, dtype=np.uint8)[None], tags).tolist() == [[10, 20, 30, 40]]


BOMB = np.array([0, 1, 0, *([1, 65535, 9] * 2000)], "<u2").tobytes()
LOOP = np.array([0, 1, 0, *([2, 65535, 0, 0] * 500)], "<u2").tobytes()


@pytest.mark.parametrize(
    "tags",
    [
        {},
        palette((256, 0, 12), bytes(512)),
        palette((256, 0, 16), bytes(256)),
        palette((256, 0, 8), bytes(100)),
        palette((256, 0, 8), b""),
        palette((4, 0, 16), BOMB, segmented=True),
        palette((4, 0, 16), LOOP, segmented=True),
        palette((4, 0, 8), bytes([1, 3, 40, 0]), segmented=True),
        palette((4, 0, 8), bytes([7, 3, 40, 0]), segmented=True),
        palette((9, 0, 8), bytes([0, 2, 40, 0]), segmented=True),
    ],
    ids=["none", "bits", "half", "short", "empty", "bomb", "loop", "no start", "kind", "count"],
)
def test_broken_tables_are_refused(tmp_path, tags):
    with pytest.raises(DataError, match=r"damaged DICOM header \((broken structure|larger than allowed)\)"):
        grey(tmp_path, RAMP, tags)
