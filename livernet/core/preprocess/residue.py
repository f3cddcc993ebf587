"""Graphics left inside the sector: calipers, body marks and rulers to paint over, text and colour to refuse.

Speckle is smooth, and wider across the beam than along it, so a thin vertical run of one constant, much
brighter grey is drawn, not scanned. Such runs are the seeds; several of them side by side are writing.
Shape suffixes: H, W picture height and width; h, w the neighbourhood of the sector.
"""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import line

_STROKES = ((45, 8, 5), (80, 6, 3))
"""Rise above both sides and steps along it, in grey levels, and least length: long, or short and bright."""
_BORDER = 3
_REACH = 24
_THIN = 7
_RISE = 35
_BAND = 24
_MOST_COLOUR = 0.003
_WRITING = 3
_TALLEST = 60
_PAIRED = 10

Box = tuple[slice, slice]


@dataclass(frozen=True, kw_only=True)
class Residue:
    """What was drawn on the picture inside the sector."""

    marker_HW: NDArray[np.bool_]
    """Pixels to paint over, bool (H, W)."""
    markers: int
    """Number of separate marks."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Number of marks by kind."""
    text: bool
    """Whether strokes stand side by side as in writing."""
    coloured: bool
    """Whether more is coloured than a caliper explains."""
    suspicion: float = 0.0
    """How near the picture came to being refused for writing or colour, 0 to 1."""


def find_residue(
    grey_HW: NDArray[np.uint8],
    saturated_HW: NDArray[np.bool_],
    inside_HW: NDArray[np.bool_],
    dark_HW: NDArray[np.bool_],
) -> Residue:
    """Find drawn graphics inside the sector.

    Args:
        grey_HW: uint8 picture.
        saturated_HW: where the source is clearly coloured.
        inside_HW: the sector.
        dark_HW: where the sector holds no echoes, so that every thin bright stroke is a drawn one.
    """
    marker_HW = np.zeros_like(inside_HW)
    if not inside_HW.any():
        return Residue(marker_HW=marker_HW, markers=0, text=False, coloured=False)
    window = ndimage.find_objects(inside_HW.astype(np.uint8))[0]
    grey_hw, inside_hw = grey_HW[window], inside_HW[window]
    colour_hw = saturated_HW[window] & inside_hw
    # a stroke cut by the sector's own edge is still a stroke: only the outermost pixels are left out
    core_hw = ndimage.minimum_filter(inside_hw, 2 * _BORDER + 1)
    seeds_hw = vertical_runs(grey_hw, grey_HW.shape[0]) & core_hw
    if colour_hw.any():
        seeds_hw |= vertical_runs(np.where(colour_hw, np.uint8(255), np.uint8(0)), grey_HW.shape[0])
    tinge = float(colour_hw.sum()) / (_MOST_COLOUR * float(inside_hw.sum()))
    coloured = tinge > 1
    lone_hw = _rise(grey_hw) * dark_HW[window] >= _RISE if dark_HW.any() else np.zeros_like(seeds_hw)
    if not (seeds_hw | colour_hw | lone_hw).any():
        return Residue(
            marker_HW=marker_HW, markers=0, text=False, coloured=coloured, suspicion=min(1.0, tinge)
        )
    strokes_hw = (_strokes(grey_hw, seeds_hw) | lone_hw) & core_hw
    grown_hw = ndimage.maximum_filter(strokes_hw | seeds_hw, 3)
    marked_hw = (grown_hw | ndimage.binary_dilation(colour_hw)) & inside_hw
    marker_HW[window] = marked_hw
    markers = int(ndimage.label(ndimage.maximum_filter(marked_hw, _REACH // 2 + 1))[1])
    likeness = max(
        longest_line(_boxes(seeds_hw)) / _WRITING, longest_line(_letters(strokes_hw)) / (_WRITING + 1)
    )
    return Residue(
        marker_HW=marker_HW,
        markers=markers,
        kinds={"stroke": markers} if markers else {},
        text=likeness >= 1,
        coloured=coloured,
        suspicion=min(1.0, max(tinge, likeness)),
    )


def vertical_runs(grey_HW: NDArray[np.uint8], screen_height: int) -> NDArray[np.bool_]:
    """Vertical runs, a few pixels wide, of constant grey far above both sides: bool (H, W)."""
    reach = max(3, round(screen_height / 300))
    height, width = grey_HW.shape
    padded = np.pad(grey_HW.astype(np.int16), ((0, 0), (reach, reach)), mode="edge")

    def shifted(by: int) -> NDArray[np.int16]:
        return padded[:, reach + by : reach + by + width]

    left_HW = np.minimum.reduce([shifted(-d) for d in range(2, reach + 1)])
    right_HW = np.minimum.reduce([shifted(d) for d in range(2, reach + 1)])
    centre_HW = shifted(0)
    rise_HW = centre_HW - np.maximum(left_HW, right_HW)
    steps_HW = np.abs(np.diff(centre_HW, axis=0))
    found_HW = np.zeros((height, width), dtype=np.bool_)
    for drop, flat, run in _STROKES:
        ridge_HW = rise_HW >= drop
        if height <= run or not ridge_HW.any():
            continue
        pairs_HW = ridge_HW[1:] & ridge_HW[:-1] & (steps_HW <= flat)
        steady_HW = ndimage.binary_opening(pairs_HW, structure=np.ones((run - 1, 1)))
        found_HW[1:] |= steady_HW
        found_HW[:-1] |= steady_HW
    return found_HW


def is_writing(boxes: list[Box], least: int) -> bool:
    """Whether ``least`` or more shapes of like height stand side by side, no further apart than letters.

    Args:
        boxes: rows and columns of each shape.
        least: length of the chain that counts as writing.
    """
    return longest_line(boxes) >= least


def longest_line(boxes: list[Box]) -> int:
    """The most shapes of like height that stand side by side, no further apart than letters."""
    strokes = sorted((box[1].start, box[0].start, box[0].stop) for box in boxes)
    chain = [1] * len(strokes)
    for (i, (x_i, top_i, end_i)), (k, (x_k, top_k, end_k)) in combinations(enumerate(strokes), 2):
        low, tall = sorted((end_i - top_i, end_k - top_k))
        overlap = min(end_i, end_k) - max(top_i, top_k)
        alike = overlap >= 0.5 * low and tall <= min(3 * low, _TALLEST)
        if alike and 3 <= x_k - x_i <= max(14, 1.6 * tall):
            chain[k] = max(chain[k], chain[i] + 1)
    return max(chain, default=0)


def paint_over(
    grey_HW: NDArray[np.uint8], marker_HW: NDArray[np.bool_], inside_HW: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Fill marked pixels with the Gaussian mean of their unmarked neighbours inside the sector.

    The filling is smooth on purpose: it does not pretend to be texture.
    """
    if not marker_HW.any():
        return grey_HW
    window = ndimage.find_objects(ndimage.maximum_filter(marker_HW, 2 * _REACH + 1).astype(np.uint8))[0]
    known_hw = (inside_HW & ~marker_HW)[window].astype(np.float32)
    values_hw = grey_HW[window].astype(np.float32) * known_hw
    filled_hw = grey_HW[window].copy()
    missing_hw = marker_HW[window]
    for sigma in (2.0, 4.0, 8.0, 16.0):
        weight_hw = ndimage.gaussian_filter(known_hw, sigma)
        mean_hw = ndimage.gaussian_filter(values_hw, sigma) / np.maximum(weight_hw, 1e-6)
        ready_hw = missing_hw & (weight_hw > 0.05)
        filled_hw[ready_hw] = np.rint(mean_hw[ready_hw]).clip(0, 255).astype(np.uint8)
        missing_hw = missing_hw & ~ready_hw
        if not missing_hw.any():
            break
    filled_hw[missing_hw] = 0
    painted_HW = grey_HW.copy()
    painted_HW[window] = filled_hw
    return painted_HW


def _strokes(grey_hw: NDArray[np.uint8], seeds_hw: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All thin strokes of the seeds' grey around the seeds, and on the dotted lines between them."""
    strokes_hw = np.zeros_like(seeds_hw)
    if not seeds_hw.any():
        return strokes_hw
    near_hw = ndimage.maximum_filter(seeds_hw, 2 * _REACH + 1)
    near_hw |= _corridors(near_hw, seeds_hw)
    window = ndimage.find_objects(near_hw.astype(np.uint8))[0]
    part = grey_hw[window]
    levels = grey_hw[seeds_hw].astype(np.int16)
    alike = (part >= levels.min() - _BAND) & (part <= levels.max() + _BAND)
    strokes_hw[window] = (_rise(part) >= _RISE) & alike & near_hw[window]
    return strokes_hw


def _rise(grey_hw: NDArray[np.uint8]) -> NDArray[np.int16]:
    """How far each pixel stands above what is wider than a stroke."""
    rise_hw: NDArray[np.int16] = grey_hw.astype(np.int16) - ndimage.grey_opening(grey_hw, (_THIN, _THIN))
    return rise_hw


def _boxes(shapes_hw: NDArray[np.bool_]) -> list[Box]:
    labels_hw, _ = ndimage.label(shapes_hw, np.ones((3, 3)))
    return [(rows, columns) for rows, columns in ndimage.find_objects(labels_hw)]


def _letters(strokes_hw: NDArray[np.bool_]) -> list[Box]:
    """The strokes that are as high and as narrow as letters."""
    boxes = _boxes(strokes_hw)
    heights = [rows.stop - rows.start for rows, _ in boxes]
    widths = [columns.stop - columns.start for _, columns in boxes]
    return [b for b, h, w in zip(boxes, heights, widths, strict=True) if 6 <= h <= 45 and w <= 2.2 * h + 4]


def _corridors(near_hw: NDArray[np.bool_], seeds_hw: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Narrow bands between every two groups of seeds: bool (h, w)."""
    band_hw = np.zeros_like(near_hw)
    labels_hw, count = ndimage.label(near_hw)
    if not 2 <= count <= _PAIRED:
        return band_hw
    centres = ndimage.center_of_mass(seeds_hw, labels_hw, range(1, count + 1))
    for (y_a, x_a), (y_b, x_b) in combinations(centres, 2):
        rows, columns = line(round(y_a), round(x_a), round(y_b), round(x_b))
        band_hw[rows, columns] = True
    return np.asarray(ndimage.maximum_filter(band_hw, 5))
