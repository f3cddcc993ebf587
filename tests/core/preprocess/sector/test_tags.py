import pytest

from livernet.core.data.images import read_picture
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.sector.tags import read_tags
from tests.core.preprocess.screens import picture, screen
from tests.dicom_files import native, region

BOX = (20, 15, 380, 275)
LEFT, RIGHT = (0, 20, 199, 280), (200, 20, 399, 280)


def with_regions(tmp_path, *regions):
    return read_picture(native(tmp_path / "a.dcm", screen(), SequenceOfUltrasoundRegions=list(regions)))


def test_a_picture_without_tags_has_no_panels():
    tags = read_tags(picture(screen()))
    assert (tags.panels, tags.graphics, tags.note) == ((), (), "")


def test_panels_come_from_left_to_right(tmp_path):
    tags = read_tags(with_regions(tmp_path, region(RIGHT), region(LEFT)))
    assert [panel.box for panel in tags.panels] == [LEFT, RIGHT]


def test_the_same_box_twice_is_one_panel(tmp_path):
    assert len(read_tags(with_regions(tmp_path, region(BOX), region(BOX))).panels) == 1


def test_overlapping_panels_are_not_believed(tmp_path):
    tags = read_tags(with_regions(tmp_path, region(BOX), region(LEFT)))
    assert tags.panels == ()
    assert tags.note == "the region tags overlap one another"


@pytest.mark.parametrize(
    "box",
    [(0, 0, 399, 299), (200, 15, 100, 275), (0, 0, 500, 200), (1, 1, 30, 30)],
    ids=["whole", "turned", "beyond", "small"],
)
def test_a_wrong_tag_is_no_panel(tmp_path, box):
    tags = read_tags(with_regions(tmp_path, region(box)))
    assert (tags.panels, tags.note) == ((), "no usable region tag")


@pytest.mark.parametrize(
    ("spatial", "data_type", "name"),
    [
        (1, 2, "colour Doppler"),
        (1, 3, "spectral Doppler"),
        (3, 4, "spectral Doppler"),
        (2, 1, "M-mode"),
        (4, 7, "Doppler trace"),
    ],
)
def test_other_modes_are_refused_by_name(tmp_path, spatial, data_type, name):
    shown = with_regions(
        tmp_path, region(BOX), region((0, 280, 399, 299), spatial=spatial, data_type=data_type)
    )
    with pytest.raises(Quarantined, match=f"{name} on the screen"):
        read_tags(shown)
    assert [panel.box for panel in read_tags(shown, allow_doppler=True).panels] == [BOX]


def test_m_mode_alone_holds_no_tissue_to_allow(tmp_path):
    with pytest.raises(Quarantined, match="M-mode"):
        read_tags(with_regions(tmp_path, region(BOX, spatial=2)), allow_doppler=True)


def test_an_ecg_and_a_grey_bar_are_furniture(tmp_path):
    ecg, bar = (
        region((0, 280, 399, 299), spatial=4, data_type=10),
        region((5, 40, 15, 90), spatial=0, data_type=13),
    )
    tags = read_tags(with_regions(tmp_path, region(BOX), ecg, bar))
    assert len(tags.panels) == 1
    assert tags.graphics == ((5, 40, 15, 90),)
