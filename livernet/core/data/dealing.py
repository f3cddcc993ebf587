"""Dealing units to folds: evenly by class, stage and number of images, or as random tenths."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from livernet.core.data.units import Unit

HOLDOUT_SHARE = 0.1
"""Share of images that a random division tests, as in the paper."""


def deal(
    units: Sequence[Unit], classes: Sequence[int | None], folds: int, rng: np.random.Generator
) -> list[list[int]]:
    """Test rows of each fold, a partition of the units.

    Each unit goes to the fold that has fewest units of its class, then of its stage, then fewest images,
    larger units first: folds differ by one unit of a class at most. ``classes`` holds the class of each unit,
    ``None`` where it is unknown; those units are dealt evenly as well.
    """
    tests: list[list[int]] = [[] for _ in range(folds)]
    of_class: Counter[tuple[int, int | None]] = Counter()
    of_stage: Counter[tuple[int, int | None]] = Counter()
    ties = rng.permutation(folds).tolist()

    def order(index: int) -> tuple[int, int]:
        stage = units[index].stage
        return (-1 if stage is None else stage, -len(units[index].rows))

    for index in sorted(rng.permutation(len(units)).tolist(), key=order):
        kind, stage = classes[index], units[index].stage
        needs = [(of_class[f, kind], of_stage[f, stage], len(tests[f]), ties[f]) for f in range(folds)]
        chosen = needs.index(min(needs))
        tests[chosen] += units[index].rows
        of_class[chosen, kind] += 1
        of_stage[chosen, stage] += 1
    return tests


def draw_tenths(
    units: Sequence[Unit], classes: Sequence[int | None], folds: int, rng: np.random.Generator
) -> list[list[int]]:
    """Test rows of ``folds`` independent random tenths of the images.

    A draw that leaves a class without any training unit is made again; every class needs two units.
    """
    wanted = max(1, round(HOLDOUT_SHARE * sum(len(unit.rows) for unit in units)))
    known = set(classes) - {None}
    tests: list[list[int]] = []
    while len(tests) < folds:
        order = rng.permutation(len(units)).tolist()
        sizes = np.cumsum([len(units[i].rows) for i in order])
        taken = int(np.searchsorted(sizes, wanted)) + 1
        if known <= {classes[i] for i in order[taken:]}:
            tests.append([row for i in order[:taken] for row in units[i].rows])
    return tests
