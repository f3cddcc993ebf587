import numpy as np
import pytest

from livernet.core.data.images import read_picture
from livernet.core.preprocess.locate import Quarantined, acceptable, locate
from tests.core.preprocess.screens import CONVEX, SHAPE, dicom, overlap, picture, region, screen

BOX = (20, 15, 380, 275)


def test_from_pixels():
    found = locate(picture(screen()))
    assert found.route == "pixels"
    assert found.spacing_mm is None
    assert acceptable(found.fit)
    assert overlap(found.fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.97


def with_regions(tmp_path, *regions):
    return read_picture(dicom(tmp_path / "a.dcm", screen(), SequenceOfUltrasoundRegions=list(regions)))


def test_region_tag_narrows_and_gives_the_spacing(tmp_path):
    found = locate(with_regions(tmp_path, region(BOX)))
    assert found.route == "region"
    assert found.spacing_mm == (0.5, 0.5)
    assert overlap(found.fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.97


@pytest.mark.parametrize(
    "box",
    [(0, 0, 399, 299), (200, 15, 100, 275), (0, 0, 500, 200), (1, 1, 30, 30)],
    ids=["whole", "turned", "beyond", "small"],
)
def test_a_wrong_tag_falls_through(tmp_path, box):
    found = locate(with_regions(tmp_path, region(box)))
    assert found.route == "pixels"
    assert found.note == "no usable region tag"


def test_a_tag_beside_the_sector_falls_through(tmp_path):
    found = locate(with_regions(tmp_path, region((300, 150, 399, 299))))
    assert (found.route, found.note) == ("pixels", "region tag does not hold the sector")


def test_two_panels_by_the_tags(tmp_path):
    halves = region((0, 20, 199, 280)), region((200, 20, 399, 280))
    with pytest.raises(Quarantined, match="several panels on one screen"):
        locate(with_regions(tmp_path, *halves))


@pytest.mark.parametrize(("spatial", "data_type"), [(1, 2), (3, 3), (2, 1)])
def test_flow_spectrum_or_m_mode_over_the_tissue(tmp_path, spatial, data_type):
    other = region((100, 100, 200, 200), spatial=spatial, data_type=data_type)
    with pytest.raises(Quarantined, match="Doppler or spectral"):
        locate(with_regions(tmp_path, region(BOX), other))


def test_nothing_there():
    with pytest.raises(Quarantined, match="no ultrasound sector found"):
        locate(picture(np.zeros(SHAPE, np.uint8)))
