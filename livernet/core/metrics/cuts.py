"""The cases as each cut-off sees them: a score and a side.

Shapes: N cases.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.cases import Cases
from livernet.core.stages import STAGES, Grouping


@dataclass(frozen=True, kw_only=True)
class Cut:
    """All cases at one cut-off."""

    score_N: NDArray[np.float64]
    """P(at or above the cut-off), rounded, so that a tie on paper is a tie here."""
    positive_N: NDArray[np.bool_]
    """Truly at or above it."""


def cuts_of(cases: Cases, grouping: Grouping) -> dict[str, Cut]:
    """The cut-offs that the classes can express, by name, e.g. ``F2``."""
    cuts = {}
    for stage in grouping.cutoffs():
        classes = list(grouping.classes_at_or_above(stage) or ())
        score_N = cases.probability_NK[:, classes].sum(axis=1) if cases.names else np.zeros(0)
        cuts[STAGES[stage]] = Cut(score_N=score_N.round(9), positive_N=np.isin(cases.true_N, classes))
    return cuts
