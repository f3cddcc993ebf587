import numpy as np
import pytest

from livernet.core.data.images import read_picture
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.sector.locate import acceptable, locate
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, overlap, picture, screen, speckle
from tests.dicom_files import native, region

BOX = (20, 15, 380, 275)


def test_from_pixels():
    (found,) = locate(picture(screen()))
    assert found.route == "pixels"
    assert found.spacing_mm is None
    assert acceptable(found.fit)
    assert overlap(found.fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.97


def with_regions(tmp_path, *regions):
    return read_picture(native(tmp_path / "a.dcm", screen(), SequenceOfUltrasoundRegions=list(regions)))


def test_region_tag_narrows_and_gives_the_spacing(tmp_path):
    (found,) = locate(with_regions(tmp_path, region(BOX)))
    assert found.route == "region"
    assert found.spacing_mm == (0.5, 0.5)
    assert overlap(found.fit.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.97


@pytest.mark.parametrize(
    "box",
    [(0, 0, 399, 299), (200, 15, 100, 275), (0, 0, 500, 200), (1, 1, 30, 30)],
    ids=["whole", "turned", "beyond", "small"],
)
def test_a_wrong_tag_falls_through(tmp_path, box):
    (found,) = locate(with_regions(tmp_path, region(box)))
    assert found.route == "pixels"
    assert found.note == "no usable region tag"


def test_a_tag_beside_the_sector_falls_through(tmp_path):
    (found,) = locate(with_regions(tmp_path, region((300, 150, 399, 299))))
    assert (found.route, found.note) == ("pixels", "region tag does not hold the sector")


def dual():
    half = Sector(
        apex=(100.0, -60.0), radii=(90.0, 330.0), angles=(-0.27, 0.27), box=(0.0, 0.0, 199.0, 299.0)
    )
    return np.concatenate([screen(half, shape=(300, 200), seed=seed) for seed in (1, 2)], axis=1), half


def test_two_panels_by_the_tags(tmp_path):
    grey, half = dual()
    halves = [region((0, 20, 199, 280)), region((200, 20, 399, 280))]
    left, right = locate(read_picture(native(tmp_path / "a.dcm", grey, SequenceOfUltrasoundRegions=halves)))
    truth = half.mask((300, 200))
    assert overlap(left.fit.sector.mask(SHAPE)[:, :200], truth) > 0.95
    assert overlap(right.fit.sector.mask(SHAPE)[:, 200:], truth) > 0.95
    assert not (left.fit.sector.mask(SHAPE) & right.fit.sector.mask(SHAPE)).any()


def test_graphics_over_the_tissue(tmp_path):
    over, beside = (region(box, spatial=5, data_type=0) for box in ((150, 150, 200, 200), (0, 0, 10, 299)))
    assert locate(with_regions(tmp_path, region(BOX), beside))[0].route == "region"
    with pytest.raises(Quarantined, match="graphics over the tissue"):
        locate(with_regions(tmp_path, region(BOX), over))


def test_too_small():
    tiny = Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(100.0, 100.0, 180.0, 170.0))
    with pytest.raises(Quarantined, match="too small"):
        locate(picture(screen(tiny)))
    assert len(locate(picture(screen(tiny)), forgiving=True)) == 1


def test_two_panels_by_the_pixels():
    half = Sector(apex=(150.0, -60.0), radii=(90.0, 330.0), angles=(-0.4, 0.4), box=(0.0, 0.0, 299.0, 299.0))
    grey = np.concatenate([screen(half, shape=(300, 300), seed=seed) for seed in (1, 2)], axis=1)
    left, right = locate(picture(grey))
    assert overlap(left.fit.sector.mask((300, 600))[:, :300], half.mask((300, 300))) > 0.95
    assert overlap(right.fit.sector.mask((300, 600))[:, 300:], half.mask((300, 300))) > 0.95


def test_a_strip_beside_the_sector_is_a_mixed_screen():
    grey = np.zeros((420, 400), np.uint8)
    grey[:300] = screen()
    grey[330:400, 20:380] = speckle((70, 360), 3)
    with pytest.raises(Quarantined, match="mixed-mode screen"):
        locate(picture(grey))
    (found,) = locate(picture(grey), forgiving=True)
    assert overlap(found.fit.sector.mask((420, 400))[:300], CONVEX.mask(SHAPE)) > 0.95


def test_nothing_there():
    with pytest.raises(Quarantined, match="no ultrasound sector found"):
        locate(picture(np.zeros(SHAPE, np.uint8)))
