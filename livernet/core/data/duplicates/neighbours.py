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
_GREATEST = np.int32(2**31 - 1)


def neighbours(points_ND: Floats, least: float) -> tuple[Rows, Rows]:
    """Pairs (first < second) of points of unit length and a cosine of ``least`` or more, the nearest only."""
    count = len(points_ND)
    halvings = max(0, int(np.ceil(np.log2(max(count, 1) / _LEAF))))
    rng = np.random.default_rng(0)
    codes, cosines = np.empty(0, np.int64), np.empty(0, np.float32)
    for _ in range(_TREES if halvings else 1):
        found = [_within(points_ND, leaf, least) for leaf in _leaves(points_ND, halvings, rng)]
        codes = np.concatenate([codes, *(first * count + second for first, second, _ in found)])
        cosines = np.concatenate([cosines, *(likeness for *_, likeness in found)])
        codes, kept = np.unique(codes, return_index=True)
        cosines = cosines[kept]
        # after each tree, or memory would grow with the trees
        nearest = _nearest(codes // count, cosines) | _nearest(codes % count, cosines)
        codes, cosines = codes[nearest], cosines[nearest]
    first, second = np.divmod(codes, max(count, 1))
    return first.astype(np.intp), second.astype(np.intp)


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
    """Which pairs are among the nearest of their owner; of equals the first."""
    # bits of positive numbers are in the order of the numbers: one sort by owner and falling cosine
    keys = (owner << 32) + (_GREATEST - cosine.view(np.int32))
    order = np.argsort(keys, kind="stable")
    owners = keys[order] >> 32
    kept = np.ones(len(order), np.bool_)
    kept[order[_MOST:]] = owners[_MOST:] != owners[:-_MOST]
    return kept
