"""Dotted lines: small bright dots at even steps along a line or a gentle curve.

Shape suffixes: h, w the sector's window; N dots; P pairs of dots.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from livernet.core.preprocess.residue.blobs import Mask, blobs
from livernet.core.preprocess.residue.strokes import Grey

_RISE = 26
"""Grey levels a dot stands above all that lies 2 and 3 pixels around it."""
_STEP = (3.0, 30.0)
"""Shortest and longest step between dots, in pixels."""
_SLACK = 1.6
_BEND = 0.35
"""How far the next dot may lie from where even steps would set it, in pixels or in steps (20 degrees)."""
_UNLIKE = 20.0
"""Drawn dots are of one grey; JPEG moves it by less."""
_LEAST = 5
"""Dots of a line; by chance speckle sets three in a row, hardly ever five."""
_CROWD = 60
"""Where speckle itself makes more dots than this, one more is asked for."""
_MOST = 600


def dotted_lines(grey_hw: Grey, core_hw: Mask, noise: float) -> Mask:
    """The dots of all dotted lines: bool (h, w)."""
    lines_hw = np.zeros(grey_hw.shape, dtype=np.bool_)
    dots_hw = _dots(grey_hw, core_hw, round(_RISE * noise))
    if not dots_hw.any():
        return lines_hw
    dots = blobs(dots_hw)
    if not _LEAST <= dots.count <= _MOST:
        return lines_hw
    sizes_N = np.bincount(dots.group_N)
    centres_N2 = np.stack(
        [np.bincount(dots.group_N, at_N) / sizes_N for at_N in (dots.y_N, dots.x_N)], axis=1
    )
    levels_N = np.zeros(dots.count)
    np.maximum.at(levels_N, dots.group_N, grey_hw[dots.y_N, dots.x_N])
    chosen_N = _in_line(centres_N2, levels_N)[dots.group_N]
    lines_hw[dots.y_N[chosen_N], dots.x_N[chosen_N]] = True
    return lines_hw


def _dots(grey_hw: Grey, core_hw: Mask, rise: int) -> Mask:
    """Pixels that stand out from the ring around them; a run of three or more is no dot.

    The outermost three pixels are left out.
    """
    width = grey_hw.shape[1]
    dots_hw = np.zeros(grey_hw.shape, dtype=np.bool_)
    middle_hw = grey_hw[3:-3, 3:-3]
    # few pixels stand out from left and right: the others of the ring are looked at for those alone
    beside_hw = np.maximum(grey_hw[3:-3, 6:], grey_hw[3:-3, :-6])
    able_hw = (middle_hw > beside_hw) & (middle_hw - beside_hw >= min(rise, 250)) & core_hw[3:-3, 3:-3]
    y_N, x_N = np.divmod(np.flatnonzero(able_hw), width - 6)
    at_N = (y_N + 3) * width + x_N + 3
    grey_N = grey_hw.ravel()
    ring_N = np.zeros(len(at_N), dtype=np.uint8)
    for dy, dx in ((2, 2), (3, 0), (2, -2)):
        for step in (dy * width + dx, -dy * width - dx):
            np.maximum(ring_N, grey_N[at_N + step], out=ring_N)
    level_N = grey_N[at_N]
    dots_hw.ravel()[at_N[(level_N > ring_N) & (level_N - ring_N >= min(rise, 250))]] = True
    return dots_hw


def _in_line(centres_N2: NDArray[np.float64], levels_N: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which dots belong to a chain of even steps and one grey with enough dots: bool (N,)."""
    chosen_N = np.zeros(len(centres_N2), dtype=np.bool_)
    tree = cKDTree(centres_N2)
    from_P, to_P = _steps(tree, centres_N2, levels_N)
    if len(from_P) == 0:
        return chosen_N
    steps_P2 = centres_N2[to_P] - centres_N2[from_P]
    lengths_P = np.hypot(steps_P2[:, 0], steps_P2[:, 1])
    miss_P, then_P = tree.query(centres_N2[to_P] + steps_P2)
    # the number of the step that goes on from the end of each step, or -1
    code_P = from_P * len(centres_N2) + to_P
    wanted_P = to_P * len(centres_N2) + then_P
    place_P = np.minimum(np.searchsorted(code_P, wanted_P), len(code_P) - 1)
    onward_P = np.where(
        (code_P[place_P] == wanted_P) & (miss_P <= np.maximum(_SLACK, _BEND * lengths_P)), place_P, -1
    )
    paths = [np.arange(len(from_P))]
    least = _LEAST + (len(centres_N2) > _CROWD)
    for _ in range(least - 2):
        paths.append(np.where(paths[-1] >= 0, onward_P[paths[-1]], -1))
    whole_P = paths[-1] >= 0
    for path in paths:
        chosen_N[from_P[path[whole_P]]] = chosen_N[to_P[path[whole_P]]] = True
    return chosen_N


def _steps(
    tree: cKDTree, centres_N2: NDArray[np.float64], levels_N: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both directions of every pair of dots of like grey a step apart, in ascending order."""
    pairs_P2 = tree.query_pairs(_STEP[1], output_type="ndarray")
    pairs_P2 = np.concatenate([pairs_P2, pairs_P2[:, ::-1]]).astype(np.int64)
    first_P, second_P = pairs_P2[:, 0], pairs_P2[:, 1]
    apart_P2 = centres_N2[second_P] - centres_N2[first_P]
    keep_P = np.hypot(apart_P2[:, 0], apart_P2[:, 1]) >= _STEP[0]
    keep_P &= np.abs(levels_N[first_P] - levels_N[second_P]) <= _UNLIKE
    pairs_P2 = pairs_P2[keep_P]
    order_P = np.lexsort((pairs_P2[:, 1], pairs_P2[:, 0]))
    return pairs_P2[order_P, 0], pairs_P2[order_P, 1]
