"""Drawn shapes: the connected ink around strokes, each with its box and its pixels.

Shape suffixes: H, W layer height and width; h, w a shape's box.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from livernet.core.preprocess.residue.blobs import Mask
from livernet.core.preprocess.residue.strokes import Grey, Layer, Stroke
from livernet.core.preprocess.windows import opened

_BROAD = 11
"""Pen widths of a layer stay below this; what is wider is tissue."""
_AROUND = 2.5
"""Letters are looked for this many stroke lengths beside a stroke."""
_LEAST_REACH, _MOST_REACH = 14, 40
_THINNEST = 1 / 18
"""Pen width of a letter, as a share of its height; that of most is twice this and more."""


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """One connected shape in pixels of its layer."""

    box: tuple[slice, slice]
    """Rows and columns."""
    ink_hw: Mask = field(repr=False)
    """The shape's own pixels in the box."""
    stroked: float
    """Share of its pixels that lies in the strokes that were asked about, 0 to 1."""

    @property
    def seeded(self) -> bool:
        """Whether it holds such a stroke."""
        return self.stroked > 0

    @property
    def height(self) -> int:
        """Rows of the box."""
        return int(self.box[0].stop - self.box[0].start)

    @property
    def width(self) -> int:
        """Columns of the box."""
        return int(self.box[1].stop - self.box[1].start)


def drawn_shapes(layer: Layer, strokes: Sequence[Stroke]) -> list[Glyph]:
    """The shapes of the strokes' brightness around these strokes of a layer."""
    shapes: list[Glyph] = []
    for window, near in _neighbourhoods(layer.grey_HW.shape, strokes):
        ink_hw = _ink(layer.grey_HW[window], near)
        seeds_hw = np.zeros_like(ink_hw)
        for stroke in near:
            y, x = stroke.y0 - window[0].start, stroke.x0 - window[1].start
            seeds_hw[y : y + stroke.height, x : x + stroke.x1 - stroke.x0] = True
        ink_hw &= layer.core_HW[window]
        labels_hw, _ = ndimage.label(ink_hw, np.ones((3, 3)))
        for index, (rows, columns) in enumerate(ndimage.find_objects(labels_hw), 1):
            own_hw = labels_hw[rows, columns] == index
            if own_hw.sum() >= 3:
                box = (_shift(rows, window[0].start), _shift(columns, window[1].start))
                stroked = float(seeds_hw[rows, columns][own_hw].mean())
                shapes.append(Glyph(box=box, ink_hw=own_hw, stroked=stroked))
    return shapes


def is_cross(shape: Glyph) -> bool:
    """Whether the shape is a plus or a saltire: two bars of one length that cross in the middle."""
    height, width = shape.ink_hw.shape
    low, long = sorted((height, width))
    if not (low >= 5 and long <= 40 and long <= 1.5 * low + 1):
        return False
    y_h1 = np.linspace(-1, 1, height)[:, None]
    x_1w = np.linspace(-1, 1, width)[None, :]
    pen = max(0.25, 2.2 / low)
    ink_hw = shape.ink_hw
    plus = (np.abs(y_h1) <= pen) | (np.abs(x_1w) <= pen), (np.abs(y_h1) + np.abs(x_1w) > 0.7)
    saltire = (np.abs(y_h1 - x_1w) <= 1.5 * pen) | (np.abs(y_h1 + x_1w) <= 1.5 * pen), (np.abs(x_1w) > 0.6)
    for bars_hw, ends_hw in (plus, saltire):
        quarters = [
            ink_hw & bars_hw & ends_hw & (side > 0)
            for side in (y_h1 - 0 * x_1w, x_1w - 0 * y_h1, 0 * x_1w - y_h1, 0 * y_h1 - x_1w)
        ]
        if float((ink_hw & ~bars_hw).sum()) <= 0.08 * float(ink_hw.sum()) and all(q.any() for q in quarters):
            return True
    return False


def is_outline(shape: Glyph) -> bool:
    """Whether the pen is too thin for a letter so tall: one side of a body mark, a spike of a heart trace."""
    return float(np.median(shape.ink_hw.sum(axis=1))) <= _THINNEST * shape.height


def _ink(grey_hw: Grey, strokes: list[Stroke]) -> Mask:
    """Pixels at least half as bright as the strokes are above the background, and part of nothing broad."""
    level = float(np.median([stroke.level for stroke in strokes]))
    background = min(float(np.median(grey_hw)), level - float(np.median([s.rise for s in strokes])))
    rise_hw = grey_hw - opened(grey_hw, _BROAD)
    least = (level - background) / 2
    return np.asarray((grey_hw >= background + least) & (rise_hw >= 0.7 * least))


def _neighbourhoods(
    shape: tuple[int, ...], strokes: Sequence[Stroke]
) -> list[tuple[tuple[slice, slice], list[Stroke]]]:
    """Windows around the strokes that stand near each other."""
    groups: list[tuple[list[int], list[Stroke]]] = []
    for s in strokes:
        reach = int(min(max(_AROUND * s.height, _LEAST_REACH), _MOST_REACH))
        box = [s.x0 - reach, s.y0 - reach // 2, s.x1 + reach, s.y1 + reach // 2]
        joined, apart = [s], []
        for other, members in groups:
            if other[0] < box[2] and box[0] < other[2] and other[1] < box[3] and box[1] < other[3]:
                box = [*(min(box[k], other[k]) for k in (0, 1)), *(max(box[k], other[k]) for k in (2, 3))]
                joined += members
            else:
                apart.append((other, members))
        groups = [*apart, (box, joined)]
    return [
        ((slice(max(0, y0), min(shape[0], y1)), slice(max(0, x0), min(shape[1], x1))), members)
        for (x0, y0, x1, y1), members in groups
    ]


def _shift(part: slice, by: int) -> slice:
    return slice(part.start + by, part.stop + by)
