from collections import Counter

import numpy as np
import pytest

from livernet.core.data.dealing import deal, draw_tenths
from livernet.core.data.units import Unit


def units(sizes: list[int], stages: list[int | None]) -> list[Unit]:
    starts = np.cumsum([0, *sizes]).tolist()
    return [
        Unit(rows=tuple(range(start, start + size)), stage=stage)
        for start, size, stage in zip(starts, sizes, stages, strict=False)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_folds_differ_by_one_unit_of_each_class_and_stage_at_most(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stages: list[int | None] = [0] * 13 + [1] * 13 + [2] * 14 + [3] * 23 + [4] * 15 + [None] * 7
    classes = [None if s is None else (0, 0, 1, 1, 2)[s] for s in stages]
    sizes = rng.integers(1, 4, len(stages)).tolist()
    tests = deal(units(sizes, stages), classes, 10, rng)
    assert sorted(row for test in tests for row in test) == list(range(sum(sizes)))
    owner = np.repeat(np.arange(len(stages)), sizes)
    held = [{int(owner[row]) for row in test} for test in tests]
    for kind in (0, 1, 2, None):
        counts = [sum(classes[unit] == kind for unit in fold) for fold in held]
        assert max(counts) - min(counts) <= 1
    for stage in (0, 1, 2, 3, 4):
        counts = [sum(stages[unit] == stage for unit in fold) for fold in held]
        assert max(counts) - min(counts) <= 2
    images = [len(test) for test in tests]
    assert max(images) - min(images) <= 4


def test_large_units_are_spread() -> None:
    tests = deal(units([5, 5, 1, 1, 1, 1], [0] * 6), [0] * 6, 2, np.random.default_rng(0))
    assert [len(test) for test in tests] == [7, 7]


def test_tenths_are_random_and_keep_every_class_in_training() -> None:
    stages: list[int | None] = [0] * 100 + [4] * 2
    tests = draw_tenths(units([1] * 102, stages), stages, 200, np.random.default_rng(0))
    assert {len(test) for test in tests} == {10}
    assert all(not {100, 101} <= set(test) for test in tests)
    often = Counter(row for test in tests for row in test)
    assert 100 in often
    assert 10 <= often[0] <= 35  # 200 draws of a tenth: 20 expected
