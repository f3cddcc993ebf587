"""Whether what was drawn is writing: strokes, or whole letters, of one height and grey side by side."""

from collections.abc import Sequence

from livernet.core.preprocess.glyphs import Glyph, drawn_shapes, is_cross
from livernet.core.preprocess.strokes import Layer, Stroke

_LINE = 3
"""Upright strokes side by side: nearly every word of three letters has them, no caliper or body mark does."""
_CROWDS = (40, 100)
"""Where speckle itself is full of strokes they stand side by side by chance: a longer line is asked for."""
_TALLEST = 60


def likeness(layer: Layer) -> float:
    """How much the strokes of a layer are like writing; from 1 up they are taken for it."""
    longest = longest_line(layer.strokes)
    enough = _LINE + sum(len(layer.strokes) > crowd for crowd in _CROWDS)
    if longest == 2 and enough == _LINE and has_word(drawn_shapes(layer, layer.strokes)):
        longest = _LINE
    return longest / enough


def longest_line(strokes: Sequence[Stroke]) -> int:
    """The most strokes of like height and grey that stand side by side, no further apart than in letters."""
    ordered = sorted(strokes, key=lambda stroke: stroke.x0)
    length = [1] * len(ordered)
    for i, left in enumerate(ordered):
        for k in range(i + 1, len(ordered)):
            right = ordered[k]
            if right.x0 - left.x0 > 1.6 * _TALLEST:
                break
            if _alike(left, right):
                length[k] = max(length[k], length[i] + 1)
    return max(length, default=0)


def has_word(shapes: Sequence[Glyph]) -> bool:
    """Whether two shapes stand side by side as letters of a word do: equally high, on one line, close.

    Calipers in pairs are no word; the sides of a body mark stand too far apart.
    """
    letters = [
        s for s in shapes if 6 <= s.height <= _TALLEST and s.width <= 2.2 * s.height and not is_cross(s)
    ]
    letters.sort(key=lambda shape: shape.box[1].start)
    return any(_neighbours(a, b) for i, a in enumerate(letters) for b in letters[i + 1 :])


def _alike(left: Stroke, right: Stroke) -> bool:
    low, tall = sorted((left.height, right.height))
    overlap = min(left.y1, right.y1) - max(left.y0, right.y0)
    return (
        overlap >= 0.5 * low
        and tall <= min(3 * low, _TALLEST)
        and 3 <= right.x0 - left.x0 <= max(14, 1.6 * tall)
        # a smoothed stroke between two columns of pixels shows only part of its grey
        and abs(left.level - right.level) <= max(16, 0.5 * max(left.rise, right.rise))
    )


def _neighbours(a: Glyph, b: Glyph) -> bool:
    low, tall = sorted((a.height, b.height))
    overlap = min(a.box[0].stop, b.box[0].stop) - max(a.box[0].start, b.box[0].start)
    gap = b.box[1].start - a.box[1].stop
    return (
        (a.seeded and b.seeded)
        and low >= 0.75 * tall
        and overlap >= 0.75 * tall
        and -1 <= gap <= max(3, 0.7 * low)
    )
