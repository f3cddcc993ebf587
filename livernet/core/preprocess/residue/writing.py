"""Whether what was drawn is writing: strokes, or whole letters, of one height and grey side by side.

Shape suffixes: N strokes; P pairs of strokes.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median_low

import numpy as np

from livernet.core.preprocess.residue.glyphs import Glyph, drawn_shapes, is_cross, is_outline
from livernet.core.preprocess.residue.strokes import Layer, Stroke

_LINE = 3
"""Upright strokes side by side: nearly every word of three letters has them, no caliper or body mark does."""
_CROWDS = (40, 100, 200)
"""Where speckle itself is full of strokes they stand side by side by chance: a longer line is asked for."""
_BOLD = 1.5
"""Rise of a stroke that stands out of a crowd, in medians of the crowd's."""
_TALLEST = 60
_TALLEST_PAIR = 48
"""Two shapes alone are letters up to that height, in pixels of the picture; the sides of body marks are
taller."""
_SPACING, _ACROSS_WORDS = 1.6, 4.0
"""Steps between strokes in stroke heights: within a word, and over a blank (one more stroke needed)."""
_LEAST_STEP = 0.2
"""Nearer, in heights of the taller, two strokes are the two sides of one spike of a heart trace."""
_LEAST_STROKED = 0.1
"""Share of a letter that its upright strokes make up; of speckle that happens to hold one it is less."""
_SHARPENED = 1.3
"""Noise from which speckle makes shapes like letters."""


def likeness(layer: Layer) -> float:
    """How much the strokes of a layer are like writing; from 1 up they are taken for it."""
    strokes = layer.strokes
    found = _likeness(layer, strokes)
    if len(strokes) > _CROWDS[0]:
        # those that stand out of the crowd by themselves as well
        least = _BOLD * median_low(stroke.rise for stroke in strokes)
        found = max(found, _likeness(layer, [stroke for stroke in strokes if stroke.rise >= least]))
    return found


def _likeness(layer: Layer, strokes: Sequence[Stroke]) -> float:
    line = line_of(strokes)
    longest = len(line)
    if len(strokes) <= _CROWDS[1]:
        # in a larger crowd every line goes on over some blank
        longest = max(longest, _across_words(strokes) - 1)
    enough = _LINE + sum(len(strokes) > crowd for crowd in _CROWDS)
    if longest in {2, _LINE} and enough == _LINE:
        shapes = drawn_shapes(layer, strokes)
        if longest == len(line) and not _are_letters(shapes, line):
            longest = 2
        if longest == 2 and has_word(shapes, layer.scale, certain=layer.noise > _SHARPENED):
            longest = _LINE
    return longest / enough


def line_of(strokes: Sequence[Stroke]) -> list[Stroke]:
    """The most strokes of one layer, of like height and grey, that stand side by side as within a word."""
    if not strokes:
        return []
    ordered = sorted(strokes, key=lambda stroke: stroke.x0)
    length, before = [1] * len(ordered), [-1] * len(ordered)
    # pairs come by their left stroke, whose own line is complete by then
    for left, right in _alike(ordered, _SPACING):
        if length[left] >= length[right]:
            length[right], before[right] = length[left] + 1, left
    at, line = length.index(max(length)), []
    while at >= 0:
        line.append(ordered[at])
        at = before[at]
    return line[::-1]


def _across_words(strokes: Sequence[Stroke]) -> int:
    """The same over blanks, if two at least are as near as in a word: the spikes of a heart trace are not."""
    if len(strokes) < 2:
        return 0
    ordered = sorted(strokes, key=lambda stroke: stroke.x0)
    near = set(_alike(ordered, _SPACING))
    length, worded = [1] * len(ordered), [0] * len(ordered)
    for left, right in _alike(ordered, _ACROSS_WORDS):
        length[right] = max(length[right], length[left] + 1)
        before = length[left] if (left, right) in near else worded[left]
        worded[right] = max(worded[right], before + 1 if before else 0)
    return max(worded)


def has_word(shapes: Sequence[Glyph], scale: int = 1, *, certain: bool = False) -> bool:
    """Whether two shapes stand side by side as letters of a word do: equally high, on one line, close.

    Calipers in pairs are no word, nor are the two sides of a body mark.

    Args:
        shapes: of one layer.
        scale: pixels of the picture to one of that layer.
        certain: both must hold an upright stroke; else one may be round, if it is just as high.
    """
    letters = [
        s
        for s in shapes
        if 6 <= s.height <= min(_TALLEST, _TALLEST_PAIR // scale)
        and s.width <= 2.2 * s.height
        and not (is_cross(s) or is_outline(s))
    ]
    letters.sort(key=lambda shape: shape.box[1].start)
    for i, left in enumerate(letters):
        for right in letters[i + 1 :]:
            if right.box[1].start - left.box[1].stop > _TALLEST:
                break
            if _in_word(left, right, certain=certain):
                return True
    return False


def _alike(ordered: Sequence[Stroke], spacing: float) -> Iterable[tuple[int, int]]:
    """Pairs of strokes, by number, that may follow each other in a line; ``ordered`` is by columns."""
    x_N, y0_N, y1_N, level_N, rise_N = np.array([(s.x0, s.y0, s.y1, s.level, s.rise) for s in ordered]).T
    apart_NN = x_N - x_N[:, None]
    left_P, right_P = np.nonzero((apart_NN >= 3) & (apart_NN <= spacing * _TALLEST))
    heights_2P = (y1_N - y0_N)[np.stack([left_P, right_P])]
    low_P, tall_P = heights_2P.min(axis=0), heights_2P.max(axis=0)
    overlap_P = np.minimum(y1_N[left_P], y1_N[right_P]) - np.maximum(y0_N[left_P], y0_N[right_P])
    alike_P = (overlap_P >= 0.5 * low_P) & (tall_P <= np.minimum(3 * low_P, _TALLEST))
    apart_P = x_N[right_P] - x_N[left_P]
    alike_P &= (apart_P <= np.maximum(9 * spacing, spacing * tall_P)) & (apart_P >= _LEAST_STEP * tall_P)
    # a smoothed stroke between two columns of pixels shows only part of its grey
    unlike_P = np.maximum(16, 0.5 * np.maximum(rise_N[left_P], rise_N[right_P]))
    alike_P &= np.abs(level_N[left_P] - level_N[right_P]) <= unlike_P
    return zip(left_P[alike_P].tolist(), right_P[alike_P].tolist(), strict=True)


def _are_letters(shapes: Sequence[Glyph], line: Sequence[Stroke]) -> bool:
    """Whether shapes are like letters of about one height side by side, or one holds the whole line.

    A body mark has its sides, an arm and the probe, each of its own height.
    """
    seeded = sorted((shape for shape in shapes if shape.seeded), key=lambda shape: shape.box[1].start)
    ran_together = any(all(_holds(shape, stroke) for stroke in line) for shape in seeded)
    return ran_together or any(_side_by_side(a, b, 0.6, 0.5) for a, b in combinations(seeded, 2))


def _holds(shape: Glyph, stroke: Stroke) -> bool:
    rows, columns = shape.box
    return bool(
        columns.start <= stroke.x0 < columns.stop and rows.start < stroke.y1 and stroke.y0 < rows.stop
    )


def _side_by_side(a: Glyph, b: Glyph, least: float, apart: float) -> bool:
    """Whether two shapes are alike in height, on one line and close, in shares of their height."""
    low, tall = sorted((a.height, b.height))
    overlap: int = min(a.box[0].stop, b.box[0].stop) - max(a.box[0].start, b.box[0].start)
    gap: int = b.box[1].start - a.box[1].stop
    return min(low, overlap) >= least * tall and -1 <= gap <= max(3, apart * low)


def _in_word(a: Glyph, b: Glyph, *, certain: bool) -> bool:
    if a.seeded and b.seeded:
        return _side_by_side(a, b, 0.75, 0.7)
    one = max(a.stroked, b.stroked) >= _LEAST_STROKED and not certain
    return one and _side_by_side(a, b, 0.85, 0.5)
