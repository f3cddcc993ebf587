"""Calipers, pointers, body marks, traces and coloured lines inside the sector: where and of which kind.

None of these is patient data, but a network learns them: who measures, measures lesions.
Shape suffixes: h, w the sector's window.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.residue.blobs import Mask, blobs, blocks
from livernet.core.preprocess.residue.dots import dotted_lines
from livernet.core.preprocess.residue.glyphs import Glyph, drawn_shapes, is_cross
from livernet.core.preprocess.residue.strokes import Grey, Layer, Stroke, slanted_strokes
from livernet.core.preprocess.windows import opened, window_max

KINDS = ("caliper", "dotted line", "pointer", "trace", "colour", "stroke")
"""From the most to the least particular: a mark that is several of these is counted as the first."""

_SURE = ((45, 5), (80, 3))
"""Least rise and length of an upright stroke that is drawn even where it stands alone."""
_SURE_SLANTED = 45
_LEAST_STROKED = 0.12
"""A drawn shape is mostly strokes; where they are few in much, speckle as bright as they are was joined."""
_BOLD, _SHARP = 80, 0.9
_THIN = 7
_RISE_IN_DARK, _LONG_IN_DARK = 35, 8
_GROWN = 3
_APART = 12
"""Marks in neighbouring blocks of this side are one."""

Kinds = NDArray[np.uint8]


def find_markers(
    layers: Sequence[Layer], lines_hw: Mask, colour_hw: Mask, dark_hw: Mask, inside_hw: Mask
) -> tuple[Mask, dict[str, int]]:
    """Everything drawn: bool (h, w), grown by a pixel, and the number of marks by kind.

    Args:
        layers: the window at each size, with its strokes.
        lines_hw: long level lines.
        colour_hw: clearly coloured pixels.
        dark_hw: where the sector holds no echoes, so that every thin bright line is a drawn one.
        inside_hw: the sector.
    """
    full = layers[0]
    kind_hw: Kinds = np.full(inside_hw.shape, len(KINDS), dtype=np.uint8)
    _put(kind_hw, "colour", colour_hw)
    _put(kind_hw, "dotted line", dotted_lines(full.grey_HW, full.core_HW, full.noise))
    _put(kind_hw, "trace", lines_hw)
    _put(kind_hw, "stroke", _lone_strokes(full, dark_hw))
    for layer in layers:
        for shape in drawn_shapes(layer, _sure_strokes(layer, full)):
            if shape.stroked > _LEAST_STROKED:
                _put_shape(kind_hw, shape, layer.scale)
    marked_hw = kind_hw < len(KINDS)
    if not marked_hw.any():
        return marked_hw, {}
    return window_max(marked_hw, _GROWN) & inside_hw, _count(kind_hw, marked_hw)


def _lone_strokes(layer: Layer, dark_hw: Mask) -> Mask:
    """Thin bright lines where there are no echoes: bool (h, w)."""
    none_hw = np.zeros_like(dark_hw)
    if not (dark_hw & (layer.grey_HW >= 2 * _RISE_IN_DARK)).any():
        return none_hw
    rise_hw = layer.grey_HW - opened(layer.grey_HW, _THIN)
    bright_hw = (rise_hw >= _RISE_IN_DARK) & dark_hw & layer.core_HW
    if not (bright_hw & (rise_hw >= 2 * _RISE_IN_DARK)).any():
        return none_hw
    found = blobs(bright_hw)
    highest = np.zeros(found.count, dtype=np.uint8)
    np.maximum.at(highest, found.group_N, rise_hw[found.y_N, found.x_N])
    long = np.array([max(r.stop - r.start, c.stop - c.start) >= _LONG_IN_DARK for r, c in found.boxes()])
    drawn_N = (long & (highest >= 2 * _RISE_IN_DARK))[found.group_N]
    none_hw[found.y_N[drawn_N], found.x_N[drawn_N]] = True
    return none_hw


def _put(kind_hw: Kinds, kind: str, mark_hw: Mask) -> None:
    if mark_hw.any():
        np.minimum(kind_hw, np.uint8(KINDS.index(kind)), out=kind_hw, where=mark_hw)


def _put_shape(kind_hw: Kinds, shape: Glyph, scale: int) -> None:
    rows, columns = (slice(part.start * scale, part.stop * scale) for part in shape.box)
    ink_hw = np.kron(shape.ink_hw, np.ones((scale, scale), dtype=np.bool_))
    _put(kind_hw[rows, columns], _kind(shape), ink_hw)


def _kind(shape: Glyph) -> str:
    if is_cross(shape):
        return "caliper"
    filled = float(shape.ink_hw.mean())
    # an arrow pointer is a filled triangle with a shaft, higher than wide
    if 9 <= shape.height <= 40 and 1.1 * shape.width <= shape.height <= 2.4 * shape.width and filled > 0.4:
        return "pointer"
    return "stroke"


def _sure_strokes(layer: Layer, full: Layer) -> list[Stroke]:
    """The strokes that are drawn beyond doubt, each by itself."""
    sharp = [(rise * layer.noise, length) for rise, length in _SURE]
    sure = [s for s in layer.strokes if any(s.rise >= rise and s.height >= length for rise, length in sharp)]
    if layer.scale == 1:
        return sure + [s for s in slanted_strokes(layer) if s.rise >= _SURE_SLANTED * layer.noise]
    bold = [stroke for stroke in sure if stroke.rise >= _BOLD * layer.noise]
    return [stroke for stroke in bold if layer.scale == 2 and _is_sharp(stroke, layer.scale, full.grey_HW)]


def _is_sharp(stroke: Stroke, scale: int, grey_hw: Grey) -> bool:
    """Whether both sides of a broad stroke rise within three pixels, as no wall of a vessel does."""
    rows = slice(stroke.y0 * scale, stroke.y1 * scale)
    columns = slice(max(0, (stroke.x0 - 3) * scale), (stroke.x1 + 3) * scale)
    around_hw = grey_hw[rows, columns].astype(np.int16)
    steps_hw = around_hw[:, 3:] - around_hw[:, :-3]
    up, down = np.median(steps_hw.max(axis=1)), np.median(-steps_hw.min(axis=1))
    return bool(min(up, down) >= _SHARP * stroke.rise)


def _count(kind_hw: Kinds, marked_hw: Mask) -> dict[str, int]:
    """Marks by kind, each counted once."""
    coarse = blobs(blocks(marked_hw, _APART))
    place = np.zeros((coarse.y_N.max() + 1, coarse.x_N.max() + 1), dtype=np.int64)
    place[coarse.y_N, coarse.x_N] = coarse.group_N
    y_N, x_N = np.divmod(np.flatnonzero(marked_hw), marked_hw.shape[1])
    kinds = np.full(coarse.count, len(KINDS), dtype=np.uint8)
    np.minimum.at(kinds, place[y_N // _APART, x_N // _APART], kind_hw[y_N, x_N])
    return {name: int(n) for k, name in enumerate(KINDS) if (n := np.count_nonzero(kinds == k))}
