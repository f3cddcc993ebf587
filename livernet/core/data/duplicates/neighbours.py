"""Which descriptions are alike, without comparing each with each: trees of random halvings.

Points are halved again and again by random directions until few are left in a leaf, and compared within it;
alike points part seldom, and several trees find what one has parted (Dasgupta and Freund, STOC 2008). Time
grows as n log n, memory as n. Cohorts of one leaf are compared in full.
Shape suffixes: N points, D length of a description.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Rows = NDArray[np.intp]

_LEAF = 600
"""Points that are compared each with each."""
_TREES = 16
_MOST = 16
"""Neighbours kept a point: a bound on the work where all pictures are alike."""


def neighbours(points_ND: Floats, least: float) -> tuple[Rows, Rows]:
    """Pairs (first < second) of points of unit length and a cosine of ``least`` or more, the nearest only."""
    count = len(points_ND)
    halvings = max(0, int(np.ceil(np.log2(max(count, 1) / _LEAF))))
    rng = np.random.default_rng(0)
    codes, cosines = np.empty(0, np.int64), np.empty(0, np.float32)
    for _ in range(_TREES if halvings else 1):
        found = [_within(points_ND, leaf, least) for leaf in _leaves(points_ND, halvings, rng)]
        firsts, seconds, likeness = (np.concatenate(part) for part in zip(*found, strict=True))
        codes = np.concatenate([codes, firsts.astype(np.int64) * count + seconds])
        codes, kept = np.unique(codes, return_index=True)
        cosines = np.concatenate([cosines, likeness])[kept]
    first, second = np.divmod(codes, max(count, 1))
    nearest = _nearest(first, cosines) | _nearest(second, cosines)
    return first[nearest].astype(np.intp), second[nearest].astype(np.intp)


def _leaves(points_ND: Floats, halvings: int, rng: np.random.Generator) -> Iterator[Rows]:
    count = len(points_ND)
    order = np.arange(count)
    node = np.zeros(count, np.int64)
    for level in range(1, halvings + 1):
        direction_D = rng.standard_normal(points_ND.shape[1], dtype=np.float32)
        order = np.lexsort((points_ND @ direction_D, node))
        node[order] = (np.arange(count, dtype=np.int64) << level) // count
    yield from np.split(order, np.flatnonzero(np.diff(node[order])) + 1)


def _within(points_ND: Floats, leaf: Rows, least: float) -> tuple[Rows, Rows, Floats]:
    cosine = points_ND[leaf] @ points_ND[leaf].T
    np.fill_diagonal(cosine, -1)
    if len(leaf) > _MOST:
        enough = np.partition(cosine, -_MOST, axis=1)[:, -_MOST:].min(axis=1)
        cosine[cosine < np.minimum(enough[:, None], enough[None, :])] = -1
    i, j = np.nonzero(np.triu(cosine >= least, 1))
    return np.minimum(leaf[i], leaf[j]), np.maximum(leaf[i], leaf[j]), cosine[i, j]


def _nearest(owner: NDArray[np.int64], cosine: Floats) -> NDArray[np.bool_]:
    """Which pairs are among the nearest of their owner."""
    order = np.lexsort((-cosine, owner))
    starts = np.flatnonzero(np.r_[True, np.diff(owner[order]) != 0]) if len(order) else np.empty(0, np.intp)
    sizes = np.diff(np.r_[starts, len(order)])
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    kept = np.zeros(len(order), np.bool_)
    kept[order] = place < _MOST
    return kept
