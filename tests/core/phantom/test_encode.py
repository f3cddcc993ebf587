import io

import numpy as np
import pydicom
import pytest
from PIL import Image

from livernet.core.phantom.encode import FORMATS, encode
from livernet.core.phantom.identity import Identity
from livernet.core.phantom.scan import Sector

SECTOR = Sector(
    apex_x=40.0, apex_y=-10.0, inner_radius=20.0, outer_radius=60.0, half_angle=0.5, mm_per_px=0.4,
    viewport=(10, 5, 70, 55),
)  # fmt: skip


def who(site: int) -> Identity:
    return Identity(
        number="12345678", name="KIM MINSEO", hangul="김민서", birth="1970-01-02", sex="F",
        study="2018-03-04", site=site,
    )  # fmt: skip


def screen(*, colour: bool) -> np.ndarray:
    grey = np.random.default_rng(0).integers(0, 255, (60, 80, 1), dtype=np.uint8)
    pixels = np.repeat(grey, 3, axis=2)
    if colour:
        pixels[:4, :4] = (250, 220, 80)
    return pixels


@pytest.mark.parametrize("kind", FORMATS)
def test_same_input_same_bytes(kind: str) -> None:
    first, second = (
        encode(screen(colour=True), kind, who=who(0), sector=SECTOR, key="1/2/3") for _ in range(2)
    )
    assert first == second


def test_png_keeps_the_pixels_and_is_grey_where_the_screen_is() -> None:
    for colour, mode in ((False, "L"), (True, "RGB")):
        image = Image.open(
            io.BytesIO(encode(screen(colour=colour), "png", who=who(0), sector=SECTOR, key="k"))
        )
        assert image.mode == mode
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), screen(colour=colour))


def test_jpeg_is_close() -> None:
    smooth = np.full((60, 80, 3), 90, np.uint8)
    image = Image.open(io.BytesIO(encode(smooth, "jpg", who=who(0), sector=SECTOR, key="k")))
    assert image.format == "JPEG"
    assert np.abs(np.asarray(image).astype(int) - 90).max() <= 2


def test_dicom_says_who_where_and_how_large() -> None:
    content = encode(screen(colour=True), "dcm", who=who(0), sector=SECTOR, key="k")
    data = pydicom.dcmread(io.BytesIO(content))
    assert data.PatientID == "12345678"
    assert str(data.PatientName) == "KIM^MINSEO==김^민서"
    region = data.SequenceOfUltrasoundRegions[0]
    assert (region.RegionLocationMinX0, region.RegionLocationMinY0) == (10, 5)
    assert (region.RegionLocationMaxX1, region.RegionLocationMaxY1) == (69, 54)
    assert (region.PhysicalUnitsXDirection, region.PhysicalDeltaX) == (3, pytest.approx(0.04))
    np.testing.assert_array_equal(data.pixel_array, screen(colour=True))


def test_the_second_site_archives_in_grey() -> None:
    data = pydicom.dcmread(
        io.BytesIO(encode(screen(colour=False), "dcm", who=who(1), sector=SECTOR, key="k"))
    )
    assert data.PhotometricInterpretation == "MONOCHROME2"
    np.testing.assert_array_equal(data.pixel_array, screen(colour=False)[..., 0])


def test_identifiers_follow_the_key() -> None:
    uids = {
        pydicom.dcmread(
            io.BytesIO(encode(screen(colour=False), "dcm", who=who(1), sector=SECTOR, key=key))
        ).SOPInstanceUID
        for key in ("a", "b")
    }
    assert len(uids) == 2
