"""What is asked of a restricted input: each cut-off and each class against the rest, patient by patient.

Shape suffixes: N images, P patients, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from livernet.core.data.manifest import Row
from livernet.core.data.splits import Fold
from livernet.core.stages import STAGES, Grouping, cutoff_name


@dataclass(frozen=True, kw_only=True)
class Question:
    """Two sides of the classes."""

    name: str
    """``≥F2``, or a class as ``F2/F3``."""
    words: str
    """For a sentence: ``≥F2 from the rest``."""
    classes: tuple[int, ...]
    """The positive side."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """The patients with a known stage, and whose image is which."""

    images: tuple[int, ...]
    """Manifest rows of their images, ascending."""
    owner_N: NDArray[np.int64] = field(repr=False)
    """Patient of each of these images."""
    class_P: NDArray[np.int64] = field(repr=False)
    """Class of each patient."""
    unit_P: NDArray[np.int64] = field(repr=False)
    """Patients that share a copy of a picture share a number: to a permutation they are one."""
    classes: int
    """Number of classes K."""

    def only(self, places: Sequence[int]) -> "Subjects":
        """The same patients with some of their images, given by place; a patient without any is left out."""
        owner_N = self.owner_N[list(places)]
        left, owner_N = np.unique(owner_N, return_inverse=True)
        return Subjects(
            images=tuple(self.images[place] for place in places),
            owner_N=owner_N,
            class_P=self.class_P[left],
            unit_P=self.unit_P[left],
            classes=self.classes,
        )

    @property
    def per_class(self) -> list[int]:
        """Patients of each class."""
        return [int(count) for count in np.bincount(self.class_P, minlength=self.classes)]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Who is asked what, with which folds."""

    subjects: Subjects
    """Patients and their classes."""
    folds: tuple[Fold, ...]
    """Of the cohort, by manifest rows."""
    questions: tuple[Question, ...]
    """What is asked."""
    seed: int
    """Of the random deals of stages."""


def make_questions(grouping: Grouping) -> tuple[Question, ...]:
    """Every cut-off the classes can express, and every class against the rest; equal divisions once."""
    asked: dict[frozenset[int], Question] = {}
    everyone = frozenset(range(len(grouping)))
    sides = [(cutoff_name(STAGES[k]), grouping.classes_at_or_above(k) or ()) for k in grouping.cutoffs()]
    sides += [(name, (k,)) for k, name in enumerate(grouping.class_names)]
    for name, classes in sides:
        side = frozenset(classes)
        if side and side not in asked and everyone - side not in asked:
            called = grouping.class_names[classes[0]] if len(classes) == 1 else name
            asked[side] = Question(name=called, words=f"{called} from the rest", classes=tuple(classes))
    return tuple(asked.values())


def ask_of(class_P: NDArray[np.int64], questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions with patients on both sides."""
    return tuple(q for q in questions if 0 < np.isin(class_P, q.classes).sum() < len(class_P))


def make_subjects(rows: Sequence[Row], grouping: Grouping, copies: Sequence[Sequence[int]] = ()) -> Subjects:
    """The patients whose stage is known.

    Args:
        rows: the manifest.
        grouping: how stages become classes.
        copies: rows that show the same picture, group by group.
    """
    kept = [i for i, row in enumerate(rows) if row.stage is not None]
    names = list(dict.fromkeys(rows[i].patient for i in kept))
    number = {name: place for place, name in enumerate(names)}
    known = set(kept)
    stage_of = {rows[i].patient: rows[i].stage for i in kept}
    return Subjects(
        images=tuple(kept),
        owner_N=np.array([number[rows[i].patient] for i in kept], dtype=np.int64),
        class_P=np.array([grouping.class_of(stage_of[name] or 0) for name in names], dtype=np.int64),
        unit_P=_units(len(names), [{number[rows[i].patient] for i in c if i in known} for c in copies]),
        classes=len(grouping),
    )


def _units(count: int, together: Sequence[set[int]]) -> NDArray[np.int64]:
    """Numbers of what hangs together, directly or through others."""
    pairs = [(min(members), other) for members in together if members for other in members]
    from_E, to_E = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links = coo_array((np.ones(len(pairs)), (from_E, to_E)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
