import numpy as np
from PIL import Image

from livernet.core.phantom.lettering import Mark, Screen, text_width


def screen() -> Screen:
    return Screen(image=Image.new("RGB", (300, 80)))


def test_a_mark_records_where_the_ink_is() -> None:
    canvas = screen()
    canvas.write("name", "KIM MINSEO 김민서", (20, 30), 16, (255, 255, 255))
    (mark,) = canvas.marks
    assert (mark.kind, mark.text) == ("name", "KIM MINSEO 김민서")
    ink = np.asarray(canvas.image).any(axis=2)
    x0, y0, x1, y1 = mark.box
    assert ink[y0:y1, x0:x1].sum() == ink.sum() > 100


def test_right_anchor_ends_at_the_point_and_text_stays_on_the_screen() -> None:
    canvas = screen()
    canvas.write("id", "12345", (200, 10), 14, (255, 255, 255), anchor="r")
    canvas.write("id", "12345678", (290, 78), 14, (255, 255, 255))
    assert canvas.marks[0].box[2] in (200, 201)
    assert canvas.marks[1].box[2] <= 300
    assert canvas.marks[1].box[3] <= 80


def test_hangul_is_as_wide_as_its_syllables() -> None:
    assert text_width("김민서", 20) == 63.0
    assert text_width("A김", 20) > text_width("A", 20)


def test_marks_are_plain_records() -> None:
    assert Mark(kind="scale", text="", box=(0, 0, 1, 1)).box == (0, 0, 1, 1)
