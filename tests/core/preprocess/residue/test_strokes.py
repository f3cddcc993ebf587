import numpy as np
import pytest
from PIL import Image, ImageDraw

from livernet.core.preprocess.residue.strokes import half_size, rise_above_sides, search, slanted_strokes
from tests.core.preprocess.screens import speckle

SHAPE = (120, 160)
EVERYWHERE = np.ones(SHAPE, bool)


def found(grey, scale=1):
    return next(layer for layer in search(grey, EVERYWHERE) if layer.scale == scale)


def test_speckle_has_hardly_any():
    counts = [len(found(speckle(SHAPE, seed)).strokes) for seed in range(8)]
    assert max(counts) <= 2


def test_upright_thin_and_steady():
    grey = np.full(SHAPE, 60, np.uint8)
    grey[10:20, 10] = 200
    grey[10, 30:40] = 200
    grey[10:20, 45:56] = 200
    grey[40:50, 80] = [68, 250] * 5
    (stroke,) = found(grey).strokes
    assert (stroke.x0, stroke.y0, stroke.x1, stroke.y1) == (10, 10, 11, 20)
    assert (stroke.level, stroke.rise, stroke.height) == (200, 140, 10)


@pytest.mark.parametrize(
    ("rise", "rows", "seen"), [(14, 8, True), (14, 4, False), (60, 3, True), (60, 2, False)]
)
def test_the_longer_the_fainter(rise, rows, seen):
    grey = np.full(SHAPE, 60, np.uint8)
    grey[20 : 20 + rows, 30] = 60 + rise
    assert bool(found(grey).strokes) == seen


def test_broad_strokes_are_found_at_half_size():
    grey = np.full(SHAPE, 60, np.uint8)
    grey[20:50, 40:46] = 200
    assert not found(grey).strokes
    (stroke,) = found(grey, 2).strokes
    assert (stroke.x0, stroke.y0, stroke.x1, stroke.y1) == (20, 10, 23, 25)


def test_nothing_is_found_where_it_is_not_looked():
    grey = np.full(SHAPE, 60, np.uint8)
    grey[10:20, 10] = 200
    core = EVERYWHERE.copy()
    core[:, :40] = False
    assert not search(grey, core)[0].strokes


def test_a_sharpened_picture_raises_the_thresholds():
    grey = np.random.default_rng(0).integers(0, 255, SHAPE).astype(np.uint8)
    assert found(grey).noise > 4
    assert len(found(grey).strokes) < 20


def test_rise_is_above_the_darker_neighbours_on_both_sides():
    grey = np.full((5, 9), 50, np.uint8)
    grey[:, 4] = 90
    assert rise_above_sides(grey, axis=1)[2].tolist() == [0, 0, 0, 0, 40, 0, 0, 0, 0]
    assert not rise_above_sides(grey, axis=0).any()


@pytest.mark.parametrize(
    ("to", "seen"),
    [((70, 40), True), ((30, 40), True), ((60, 40), True), ((90, 20), False), ((50, 40), False)],
)
def test_slanted(to, seen):
    image = Image.new("L", SHAPE[::-1], 60)
    ImageDraw.Draw(image).line((50, 20, *to), fill=220)
    assert bool(slanted_strokes(found(np.array(image)))) == seen


def test_half_size_is_the_mean_of_four():
    assert half_size(np.array([[0, 10, 5], [20, 30, 5], [1, 1, 1]], np.uint8)).tolist() == [[15]]


def test_of_many_strokes_the_boldest_are_kept():
    grey = np.full((400, 400), 40, np.uint8)
    for k, (y, x) in enumerate((y, x) for y in range(10, 390, 20) for x in range(10, 390, 20)):
        grey[y : y + 8, x] = 100 if k < 350 else 200
    strokes = search(grey, np.ones(grey.shape, bool))[0].strokes
    assert len(strokes) == 300
    assert sum(stroke.level == 200 for stroke in strokes) == 19 * 19 - 350
