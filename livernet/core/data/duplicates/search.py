"""Pictures that occur more than once in a cohort: byte for byte, or changed as copies are."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from livernet.core.data.duplicates.align import Pictures, correlate
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.duplicates.neighbours import neighbours
from livernet.core.data.duplicates.spectrum import DESCRIPTION, describe
from livernet.core.data.duplicates.texture import textures

Rows = NDArray[np.intp]
Floats = NDArray[np.floating[Any]]

SAME = 0.8
"""Correlation of the aligned local contrast from which two pictures count as one: nearly all copies reach it,
and different pictures stay below 0.7. Frames of a loop reach it while probe and patient hardly move."""
_CERTAIN = 0.9
"""Correlation from which a link needs no other: weaker ones count only with the picture that stands for a
group, or a group could wander from picture to picture."""
_PROMISING = 0.3
"""Cosine of two spectra from which pictures are laid over each other."""
_BLOCK = 250


class Thumbnails(Protocol):
    """Thumbnails in an array, or read as they are asked for."""

    def __getitem__(self, rows: Rows, /) -> NDArray[np.uint8]:
        """Those of some rows, as :func:`livernet.core.data.thumbnails.thumbnail` makes them."""


def find_duplicates(
    thumbnails: Thumbnails, hashes: Sequence[str], marked: Sequence[int | None] = ()
) -> tuple[DuplicateGroup, ...]:
    """Groups of rows that show the same picture, in manifest order; a row is in one group at most.

    Args:
        thumbnails: of each row; a few are asked for at a time.
        hashes: of each row's pixels.
        marked: number of the group that the manifest puts each row in, ``None`` for none; may be left out.

    Groups are of kind ``exact`` where all pixels are equal, ``near`` where the pictures are alike after
    alignment, and ``manifest`` where only the manifest joins some of them.

    Raises:
        OutputError: there are many pictures, and no room for temporary files of 25 KB each.
    """
    originals, copy_of = _exact(hashes)
    group_of, scores = _near(thumbnails, originals)
    found = group_of[copy_of]
    joined = _joined(found, marked)
    members: dict[int, list[int]] = {}
    for row, group in enumerate(joined):
        members.setdefault(int(group), []).append(row)
    return tuple(_group(rows, found, hashes, scores) for rows in members.values() if len(rows) > 1)


def _exact(hashes: Sequence[str]) -> tuple[Rows, Rows]:
    """The first row of each distinct picture, and for each row the number of its picture."""
    numbers: dict[str, int] = {}
    copy_of = np.array([numbers.setdefault(value, len(numbers)) for value in hashes], np.intp)
    return np.unique(copy_of, return_index=True)[1], copy_of


def _near(thumbnails: Thumbnails, originals: Rows) -> tuple[Rows, dict[int, float]]:
    """The number of each picture's group, and the lowest correlation that joined each group of several."""
    points_ND = np.empty((len(originals), DESCRIPTION), np.float32)
    with Pictures() as pictures:
        for at in range(0, len(originals), _BLOCK):
            found = textures(thumbnails[originals[at : at + _BLOCK]])
            points_ND[at : at + _BLOCK] = describe(found.contrast_NSS)
            pictures.add(found)
        first, second = neighbours(points_ND, _PROMISING)
        scores = correlate(pictures, first, second)
        alike = scores >= SAME
        return _settle(pictures, first[alike], second[alike], scores[alike])


def _settle(pictures: Pictures, first: Rows, second: Rows, scores: Floats) -> tuple[Rows, dict[int, float]]:
    """Groups whose members are certain of each other, or all like the picture that stands for the group."""
    count = len(pictures)
    certain = scores >= _CERTAIN
    kept = [(first[certain], second[certain], scores[certain])]
    while len(first):
        centre_of = _centres(first, second, count)
        members = np.flatnonzero((centre_of >= 0) & (centre_of != np.arange(count)))
        centres = centre_of[members]
        likeness = correlate(pictures, members, centres)
        like = likeness >= SAME
        kept.append((members[like], centres[like], likeness[like]))
        # the links among those that are not like their centre go round again; each round settles the centres
        left = np.zeros(count, np.bool_)
        left[members[~like]] = True
        again = left[first] & left[second]
        first, second = first[again], second[again]
    one, other, score = (np.concatenate(part) for part in zip(*kept, strict=True))
    group_of = _components(one, other, count)
    lowest = np.full(count, np.inf, np.float32)
    np.minimum.at(lowest, group_of[one], score)
    return group_of, {int(n): float(lowest[n]) for n in np.flatnonzero(np.isfinite(lowest))}


def _centres(first: Rows, second: Rows, count: int) -> Rows:
    """For each linked picture the one of its cluster with the most links, the first of equals; else -1."""
    links = np.bincount(np.concatenate([first, second]), minlength=count)
    cluster = _components(first, second, count)
    order = np.lexsort((np.arange(count), -links, cluster))
    leads = order[np.unique(cluster[order], return_index=True)[1]]
    return np.where(links > 0, leads[cluster], -1)


def _components(first: Rows, second: Rows, count: int) -> Rows:
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.intp)


def _joined(found: Rows, marked: Sequence[int | None]) -> Rows:
    """Groups that were found, united where the manifest puts rows of them into one."""
    numbers: dict[int, int] = {}
    rows = [row for row, mark in enumerate(marked) if mark is not None]
    marks = [len(found) + numbers.setdefault(mark, len(numbers)) for mark in marked if mark is not None]
    united = _components(found[rows], np.array(marks, np.intp), len(found) + len(numbers))
    return united[found]


def _group(
    rows: Sequence[int], found: Rows, hashes: Sequence[str], scores: dict[int, float]
) -> DuplicateGroup:
    if len({hashes[row] for row in rows}) == 1:
        return DuplicateGroup(rows=tuple(rows), kind="exact", score=1.0)
    if len({int(found[row]) for row in rows}) == 1:
        return DuplicateGroup(rows=tuple(rows), kind="near", score=round(scores[int(found[rows[0]])], 3))
    return DuplicateGroup(rows=tuple(rows), kind="manifest")
