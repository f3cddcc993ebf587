import json

import numpy as np
from PIL import Image

from livernet.core.phantom.screens.canvas import Canvas, ink_of, letters


def canvas() -> Canvas:
    inside = np.zeros((120, 300), bool)
    inside[40:100, 100:200] = True
    return Canvas(image=Image.new("RGB", (300, 120)), inside_HW=inside)


def test_ink_is_what_was_written_and_survives_the_document() -> None:
    screen = canvas()
    assert screen.write("name", "KIM 김민서", (5, 5), 16, (255, 200, 0))
    (mark,) = screen.marks
    drawn = np.asarray(screen.image).max(axis=2)
    x0, y0, x1, y1 = mark.box
    assert (drawn[y0:y1, x0:x1][mark.ink_hw] > 55).all()
    assert drawn.astype(bool).sum() == drawn[y0:y1, x0:x1].astype(bool).sum()
    document = json.loads(json.dumps(mark.document()))
    np.testing.assert_array_equal(ink_of(document), mark.ink_hw)
    assert document["inside"] is False


def test_text_stays_out_of_the_picture_unless_it_is_meant_to_lie_there() -> None:
    screen = canvas()
    assert not screen.write("name", "KIM MINSEO", (90, 50), 16, (255, 255, 255))
    assert not np.asarray(screen.image).any()
    assert screen.write("name", "KIM", (120, 50), 16, (255, 255, 255), where="inside")
    assert screen.marks[0].inside > 20
    assert screen.marks[0].document()["inside"] is True


def test_what_should_stand_alone_is_left_out_over_other_text() -> None:
    screen = canvas()
    screen.write("id", "123", (10, 10), 14, (255, 255, 255))
    assert not screen.write("label", "SAG", (20, 12), 14, (255, 255, 255), where="free")
    assert screen.write("label", "SAG", (220, 12), 14, (255, 255, 255), where="free")


def test_a_drawing_records_the_pixels_it_changed() -> None:
    screen = canvas()
    with screen.drawing("caliper", (95, 45, 105, 55)) as pen:
        pen.line((95, 50, 105, 50), fill=(255, 0, 0))
    (mark,) = screen.marks
    assert mark.ink_hw.sum() == 11
    assert mark.inside == 6


def test_text_never_leaves_the_screen() -> None:
    screen = canvas()
    assert screen.write("id", "12345678", (298, 118), 14, (255, 255, 255))
    assert screen.marks[0].box[2] <= 300
    assert screen.marks[0].box[3] <= 120


def test_letters_cover_hangul() -> None:
    assert (np.asarray(letters("김민서", 20)) > 128).sum() > 60
