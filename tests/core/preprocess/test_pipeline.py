from dataclasses import replace

import numpy as np
import pytest

from livernet.core.data.images import read_picture
from livernet.core.preprocess.pipeline import prepare, prepare_all
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.sector.shape import Sector
from livernet.core.preprocess.settings import PreprocessConfig
from tests.core.preprocess.screens import CONVEX, SHAPE, cross, overlap, picture, save, screen, write
from tests.dicom_files import native, region

SMALL = PreprocessConfig(size=256)


@pytest.mark.parametrize("background", [0, 40, 90])
def test_nothing_outside_the_sector_survives(background):
    made = prepare(picture(screen(background=background)), SMALL)
    x0, y0, x1, y1 = made.geometry.box
    # the same picture with another name and console gives the same bytes
    other = screen(background=background)
    outside = ~CONVEX.mask(SHAPE, margin=-4)
    other[outside] = write(np.full(SHAPE, background, np.uint8), (200, 2), "PARK SOOJIN 999", 16)[outside]
    again = prepare(picture(other), SMALL)
    assert overlap(made.image_SS > 0, again.image_SS > 0) > 0.97
    assert (x1 - x0) * (y1 - y0) < SHAPE[0] * SHAPE[1]
    corners = made.image_SS[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert not corners.any()


def test_square_and_facts():
    made = prepare(picture(screen()), SMALL)
    assert made.image_SS.shape == (256, 256)
    assert made.image_SS.dtype == np.uint8
    assert made.checks["route"] == "pixels"
    assert made.checks["markers"] == 0
    assert made.spacing_mm is None
    assert overlap(made.sector.mask(SHAPE), CONVEX.mask(SHAPE)) > 0.97


def test_spacing_follows_the_scale(tmp_path):
    tags = {"SequenceOfUltrasoundRegions": [region((20, 15, 380, 275))]}
    made = prepare(read_picture(native(tmp_path / "a.dcm", screen(), **tags)), SMALL)
    assert made.source_spacing_mm == (0.5, 0.5)
    assert made.spacing_mm == pytest.approx(0.5 / made.geometry.scale[0])


def test_calipers_are_painted_over():
    made = prepare(picture(cross(screen(), 200, 180)), SMALL)
    clean = prepare(picture(screen()), SMALL)
    assert made.checks["markers"] == 1
    assert 0 < made.checks["marker_pixels"] < 500
    assert np.abs(made.image_SS.astype(int) - clean.image_SS).max() < 120


def quarantine(grey, saturated=None):
    with pytest.raises(Quarantined) as caught:
        prepare(picture(grey, saturated), SMALL)
    assert caught.value.remedy
    return caught.value.reason


def test_writing_inside():
    assert quarantine(write(screen(), (150, 150), "KIM MINSU", 18)) == "text-like strokes inside the sector"


def test_colour_inside():
    flow = np.zeros(SHAPE, bool)
    flow[120:180, 160:230] = True
    assert quarantine(screen(), flow) == "colour or a Doppler box inside the sector"


def test_too_small():
    small = Sector(apex=(200.0, 20.0), radii=(20.0, 100.0), angles=(-0.5, 0.5), box=(0.0, 0.0, 399.0, 299.0))
    assert quarantine(screen(small)).startswith("the sector is too small")


def test_no_sector_in_a_table_of_text():
    grey = np.zeros(SHAPE, np.uint8)
    for row in range(10, 280, 24):
        grey = write(grey, (10, row), "PATIENT KIM MINSU 12345678 1956-03-12 LIVER", 16)
    assert quarantine(grey)


def test_a_ragged_region_does_not_fit():
    grey = np.zeros(SHAPE, np.uint8)
    sectors = screen(Sector(apex=None, radii=(0, 0), angles=(0, 0), box=(40, 40, 360, 110)))
    grey[40:110], grey[110:270, 40:110] = sectors[40:110], sectors[40:110, 120:280].T
    assert quarantine(grey)


def test_a_prepared_square_passes_as_it_is(tmp_path):
    square = prepare(picture(screen()), SMALL).image_SS
    again = prepare(read_picture(save(tmp_path / "a.png", square)), SMALL)
    assert np.array_equal(again.image_SS, square)
    assert again.checks["route"] == "prepared"
    assert again.geometry.box == (0, 0, 256, 256)


def test_marks_are_kept_painted_or_refused():
    marked = picture(cross(screen(), 200, 180))
    painted = prepare(marked, SMALL)
    kept = prepare(marked, replace(SMALL, on_marker="keep"))
    assert painted.marker_SS is not None
    assert np.array_equal(painted.marker_SS, kept.marker_SS)
    at = painted.marker_SS > 0
    assert 0 < at.sum() < 600
    assert kept.image_SS[at].max() > painted.image_SS[at].max() + 40
    with pytest.raises(Quarantined, match=r"marks inside the sector \(1 "):
        prepare(marked, replace(SMALL, on_marker="quarantine"))
    assert prepare(picture(screen()), replace(SMALL, on_marker="quarantine")).marker_SS is None


def test_doppler_passes_where_it_is_allowed():
    flow = np.zeros(SHAPE, bool)
    flow[120:180, 160:230] = True
    allowed = prepare(picture(screen(), flow), replace(SMALL, allow_doppler=True))
    assert allowed.marker_SS is None
    assert np.array_equal(allowed.image_SS, prepare(picture(screen()), SMALL).image_SS)


def test_the_frame_of_a_doppler_box_refuses_unless_doppler_is_allowed():
    framed = screen()
    for part in np.s_[140:142, 150:250], np.s_[198:200, 150:250], np.s_[140:200, 150], np.s_[140:200, 249]:
        framed[part] = 250
    assert quarantine(framed) == "colour or a Doppler box inside the sector"
    assert prepare(picture(framed), replace(SMALL, allow_doppler=True)).checks["markers"]


def test_a_person_lets_writing_in_and_the_console_stays_out():
    label = write(screen(), (150, 150), "LIVER", 18)
    (made,) = prepare_all(picture(label), SMALL, forgiving=True)
    (clean,) = prepare_all(picture(screen()), SMALL)
    assert overlap(made.image_SS > 0, clean.image_SS > 0) > 0.97
    assert made.checks["suspicion"] == 1.0


def test_panels_become_squares_of_their_own():
    half = screen()[:, 20:380]
    both = picture(np.concatenate([half, half], axis=1))
    left, right = prepare_all(both, SMALL)
    assert left.geometry.box[0] < 360 <= right.geometry.box[0]
    assert np.abs(left.image_SS.astype(int) - right.image_SS).mean() < 3
    with pytest.raises(Quarantined, match=r"several panels on one screen \(2\)"):
        prepare(both, SMALL)
