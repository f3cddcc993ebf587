"""Connected groups of a few true pixels, found from their coordinates: the rest of the picture costs nothing.

Shape suffixes: H, W picture height and width; N true pixels; P pairs of neighbours.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Blobs:
    """The true pixels of a mask, row by row, and the group of each."""

    y_N: Whole = field(repr=False)
    """Rows."""
    x_N: Whole = field(repr=False)
    """Columns."""
    group_N: Whole = field(repr=False)
    """Number of the group, from 0."""
    count: int
    """Number of groups."""

    def boxes(self) -> list[tuple[slice, slice]]:
        """Rows and columns of each group."""
        sides = []
        for values_N in (self.y_N, self.x_N):
            first, last = np.full(self.count, np.iinfo(np.int64).max), np.full(self.count, -1)
            np.minimum.at(first, self.group_N, values_N)
            np.maximum.at(last, self.group_N, values_N)
            sides.append([slice(int(a), int(b) + 1) for a, b in zip(first, last, strict=True)])
        return list(zip(*sides, strict=True))


def blobs(mask_HW: Mask) -> Blobs:
    """Group the true pixels that touch, corners included; groups are numbered by their first pixel."""
    y_N, x_N = np.divmod(np.flatnonzero(mask_HW), mask_HW.shape[1])
    # a spare column on each side keeps the ends of rows apart
    place_N = y_N * (mask_HW.shape[1] + 2) + x_N
    width = mask_HW.shape[1] + 2
    first, second = [], []
    for step in (1, width - 1, width, width + 1):
        at_N = np.minimum(np.searchsorted(place_N, place_N + step), max(0, len(place_N) - 1))
        touch_P = np.flatnonzero(place_N[at_N] == place_N + step)
        first.append(touch_P)
        second.append(at_N[touch_P])
    root_N = _joined(len(place_N), np.concatenate(first), np.concatenate(second))
    is_first_N = root_N == np.arange(len(root_N))
    group_N = (np.cumsum(is_first_N) - 1)[root_N]
    return Blobs(y_N=y_N, x_N=x_N, group_N=group_N, count=int(np.count_nonzero(is_first_N)))


def _joined(count: int, first_P: Whole, second_P: Whole) -> Whole:
    """The smallest member of each one's group when these pairs belong together: int64 (N,)."""
    root_N = np.arange(count)
    while len(first_P):
        one_P, other_P = root_N[first_P], root_N[second_P]
        apart_P = one_P != other_P
        first_P, second_P = first_P[apart_P], second_P[apart_P]
        one_P, other_P = one_P[apart_P], other_P[apart_P]
        # the larger of two roots goes under the smaller, then every one under its root
        np.minimum.at(root_N, np.maximum(one_P, other_P), np.minimum(one_P, other_P))
        while not np.array_equal(above_N := root_N[root_N], root_N):
            root_N = above_N
    return root_N


def blocks(mask_HW: Mask, side: int) -> Mask:
    """Which blocks of ``side`` x ``side`` pixels hold a true one: bool (ceil(H / side), ceil(W / side))."""
    height, width = (-(-length // side) for length in mask_HW.shape)
    found = np.zeros((height, width), dtype=np.bool_)
    y_N, x_N = np.divmod(np.flatnonzero(mask_HW), mask_HW.shape[1])
    found[y_N // side, x_N // side] = True
    return found


def surroundings(mask_HW: Mask, reach: int) -> list[tuple[slice, slice]]:
    """Windows that hold every true pixel and at least ``reach`` around it, far ones apart."""
    margin = 2
    side = max(1, -(-reach // margin))
    near = blocks(mask_HW, side)
    for axis in (0, 1):
        padded = np.pad(near, [(margin, margin) if k == axis else (0, 0) for k in range(2)])
        near = np.logical_or.reduce(
            [padded.take(range(k, k + near.shape[axis]), axis=axis) for k in range(2 * margin + 1)]
        )
    return [
        (slice(rows.start * side, rows.stop * side), slice(columns.start * side, columns.stop * side))
        for rows, columns in blobs(near).boxes()
    ]
