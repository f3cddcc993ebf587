import numpy as np
import pytest

from livernet.core.data.codestream import Declared, check_scans, read_declared
from tests.dicom_files import HTJ2K, JPEG_12, RAMP, jpeg, jpeg_2000

COLOURS = np.stack([RAMP] * 3, axis=2)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (jpeg(RAMP), Declared(16, 24, 1, 8)),
        (jpeg(COLOURS, progressive=True), Declared(16, 24, 3, 8)),
        (jpeg(RAMP, comment=b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01"), Declared(16, 24, 1, 8)),
        (JPEG_12, Declared(16, 24, 1, 12)),
        (jpeg_2000(COLOURS), Declared(16, 24, 3, 8)),
        (jpeg_2000(RAMP, no_jp2=False), Declared(16, 24, 1, 8)),
        (HTJ2K, Declared(16, 24, 1, 8)),
    ],
    ids=["grey", "progressive", "a comment like a head", "12 bits", "JPEG 2000", "boxed", "HTJ2K"],
)
def test_size_before_decoding(frame, expected):
    assert read_declared(frame) == expected
    # some writers fill up before a marker
    if frame[:2] == b"\xff\xd8":
        assert read_declared(frame[:2] + b"\xff\xff" + frame[2:]) == expected


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xff\xd8\xff", jpeg(RAMP)[:30], b"\xff\xd8\xff\xe0\x00\x00" * 9, jpeg_2000(RAMP)[:30], b"video"],
)
def test_heads_that_cannot_be_read(frame):
    with pytest.raises(ValueError, match="broken head of a compressed frame"):
        read_declared(frame)


def test_scans_without_end_are_refused():
    frame = jpeg(RAMP, progressive=True)
    check_scans(frame, 40_000_000)
    with pytest.raises(ValueError, match="number of scans exceeds"):
        check_scans(frame + b"\xff\xda" * 50, 40_000_000)
