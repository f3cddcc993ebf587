"""Whether what was drawn is writing: strokes, or whole letters, of one height and grey side by side."""

from collections.abc import Sequence

from livernet.core.preprocess.glyphs import Glyph, drawn_shapes, is_cross
from livernet.core.preprocess.strokes import Layer, Stroke

_LINE = 3
"""Upright strokes side by side: nearly every word of three letters has them, no caliper or body mark does."""
_CROWDS = (40, 100)
"""Where speckle itself is full of strokes they stand side by side by chance: a longer line is asked for."""
_TALLEST = 60
_SPACING, _ACROSS_WORDS = 1.6, 4.0
"""Steps between strokes in stroke heights: within a word, and over a blank (one more stroke needed)."""
_SHARPENED = 1.3
"""Noise from which speckle makes shapes like letters."""


def likeness(layer: Layer) -> float:
    """How much the strokes of a layer are like writing; from 1 up they are taken for it."""
    longest = max(longest_line(layer.strokes), longest_line(layer.strokes, _ACROSS_WORDS) - 1)
    enough = _LINE + sum(len(layer.strokes) > crowd for crowd in _CROWDS)
    if longest == 2 and enough == _LINE:
        certain = layer.noise > _SHARPENED
        if has_word(drawn_shapes(layer, layer.strokes), certain=certain):
            longest = _LINE
    return longest / enough


def longest_line(strokes: Sequence[Stroke], spacing: float = _SPACING) -> int:
    """The most strokes of like height and grey that stand side by side.

    Args:
        strokes: of one layer.
        spacing: longest step from one to the next, in heights of the taller; by default as within a word.
    """
    ordered = sorted(strokes, key=lambda stroke: stroke.x0)
    length = [1] * len(ordered)
    for i, left in enumerate(ordered):
        for k in range(i + 1, len(ordered)):
            right = ordered[k]
            if right.x0 - left.x0 > spacing * _TALLEST:
                break
            if _alike(left, right, spacing):
                length[k] = max(length[k], length[i] + 1)
    return max(length, default=0)


def has_word(shapes: Sequence[Glyph], *, certain: bool = False) -> bool:
    """Whether two shapes stand side by side as letters of a word do: equally high, on one line, close.

    Calipers in pairs are no word; the sides of a body mark stand too far apart.

    Args:
        shapes: of one layer.
        certain: both must hold an upright stroke; else one may be round, if it is just as high.
    """
    letters = [
        s for s in shapes if 6 <= s.height <= _TALLEST and s.width <= 2.2 * s.height and not is_cross(s)
    ]
    letters.sort(key=lambda shape: shape.box[1].start)
    return any(_neighbours(a, b, certain=certain) for i, a in enumerate(letters) for b in letters[i + 1 :])


def _alike(left: Stroke, right: Stroke, spacing: float) -> bool:
    low, tall = sorted((left.height, right.height))
    overlap = min(left.y1, right.y1) - max(left.y0, right.y0)
    return (
        overlap >= 0.5 * low
        and tall <= min(3 * low, _TALLEST)
        and 3 <= right.x0 - left.x0 <= max(9 * spacing, spacing * tall)
        # a smoothed stroke between two columns of pixels shows only part of its grey
        and abs(left.level - right.level) <= max(16, 0.5 * max(left.rise, right.rise))
    )


def _neighbours(a: Glyph, b: Glyph, *, certain: bool) -> bool:
    low, tall = sorted((a.height, b.height))
    overlap: int = min(a.box[0].stop, b.box[0].stop) - max(a.box[0].start, b.box[0].start)
    gap: int = b.box[1].start - a.box[1].stop
    if a.seeded and b.seeded:
        return min(low, overlap) >= 0.75 * tall and -1 <= gap <= max(3, 0.7 * low)
    one = (a.seeded or b.seeded) and not certain
    return one and min(low, overlap) >= 0.85 * tall and -1 <= gap <= max(3, 0.5 * low)
