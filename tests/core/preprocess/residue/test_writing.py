import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.preprocess.residue.glyphs import Glyph
from livernet.core.preprocess.residue.strokes import Stroke, search
from livernet.core.preprocess.residue.writing import has_word, likeness, line_of
from tests.core.preprocess.screens import cross, speckle, write

SHAPE = (160, 240)


def stroke(x, top, height, level=220):
    return Stroke(x, top, x + 2, top + height, level, 100)


def test_a_line_is_like_strokes_side_by_side():
    assert len(line_of([stroke(10, 20, 9), stroke(18, 21, 9), stroke(27, 20, 8)])) == 3
    assert len(line_of([stroke(10, 20, 9), stroke(10, 40, 9), stroke(10, 60, 9)])) == 1
    assert len(line_of([stroke(10, 20, 9), stroke(60, 20, 9), stroke(110, 20, 9)])) == 1
    assert len(line_of([stroke(10, 20, 9), stroke(18, 20, 9, level=120), stroke(27, 20, 40)])) == 1
    assert len(line_of([])) == 0


def letter(x, top, height, *, seeded=True):
    return Glyph(
        box=(slice(top, top + height), slice(x, x + 8)), ink_hw=np.eye(height, 8) > 0, stroked=float(seeded)
    )


def test_a_word_is_two_letters_of_one_height_on_one_line():
    assert has_word([letter(10, 20, 12), letter(21, 20, 12)])
    assert not has_word([letter(10, 20, 12), letter(40, 20, 12)])
    assert not has_word([letter(10, 20, 12), letter(21, 30, 12)])
    assert not has_word([letter(10, 20, 12), letter(21, 20, 20)])
    assert has_word([letter(10, 20, 12), letter(21, 20, 12, seeded=False)])
    assert not has_word([letter(10, 20, 12), letter(21, 20, 12, seeded=False)], certain=True)
    assert not has_word([letter(10, 20, 12, seeded=False), letter(21, 20, 12, seeded=False)])


def like(grey):
    return max(likeness(layer) for layer in search(grey, np.ones(SHAPE, bool)))


@pytest.mark.parametrize("size", [13, 18, 30, 50])
@pytest.mark.parametrize("text", ["KIM", "LIVER", "RT", "2018"])
def test_words_are_writing(text, size):
    assert like(write(speckle(SHAPE) // 2, (50, 50), text, size)) >= 1


def test_calipers_and_speckle_are_not():
    assert like(speckle(SHAPE)) < 1
    assert like(cross(cross(speckle(SHAPE), 100, 80), 112, 80)) < 1


def lines(grey, *paths):
    image = Image.fromarray(grey)
    for path in paths:
        ImageDraw.Draw(image).line(path, fill=220)
    return np.asarray(image)


def test_a_body_mark_is_not():
    left = [(108, 100), (104, 112), (110, 126), (106, 142)]
    right = [(240 - x, y) for x, y in left]
    assert like(lines(speckle(SHAPE) // 2, left, right)) < 1
    letters = [(108, 100, 108, 112, 115, 112), (118, 100, 118, 112, 125, 112)]
    assert like(lines(speckle(SHAPE) // 2, *letters)) >= 1


def test_a_heart_trace_is_not():
    beats = [(x + dx, 150 - up) for x in (6, 70, 134, 198) for dx, up in ((0, 0), (1, 30), (2, 0))]
    assert like(lines(speckle(SHAPE) // 2, beats)) < 1


def test_speckle_that_holds_a_stroke_is_no_letter():
    hardly = Glyph(box=(slice(20, 32), slice(10, 18)), ink_hw=np.eye(12, 8) > 0, stroked=0.05)
    assert not has_word([hardly, letter(21, 20, 12, seeded=False)])


def test_two_large_shapes_are_no_word():
    sides = [letter(10, 20, 14), letter(21, 20, 14)]
    assert has_word(sides)
    assert not has_word(sides, 4)


def test_strokes_of_unlike_shapes_are_no_word():
    side = [(100, 60), (104, 76), (100, 92)]
    arm = [(120, 70), (120, 82), (124, 82)]
    probe = [(127, 72), (127, 78)]
    assert len(line_of([stroke(100, 60, 31), stroke(120, 70, 13), stroke(127, 72, 7)])) == 3
    assert like(lines(speckle(SHAPE) // 2, side, arm, probe)) < 1


def crowd(seed):
    """Speckle full of strokes of all lengths and greys."""
    rng = np.random.default_rng(seed)
    grey = speckle((400, 640)) // 4
    for x, y, length, rise in rng.integers((4, 4, 4, 24), (630, 370, 14, 60), (220, 4)):
        grey[y : y + length, x] = grey[y : y + length, x].max() + rise
    return grey


def test_a_word_that_stands_out_of_a_crowd_of_strokes_is_writing():
    grey = crowd(0)
    everywhere = np.ones(grey.shape, bool)
    layers = search(grey, everywhere)
    assert len(layers[0].strokes) > 150
    assert likeness(layers[0]) < 1
    written = search(write(grey, (200, 150), "KIM", 16), everywhere)
    assert likeness(written[0]) >= 1
