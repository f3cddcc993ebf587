import numpy as np

from livernet.core.data.duplicates import neighbours as module
from livernet.core.data.duplicates.neighbours import neighbours


def points(count: int, seed: int = 0) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(count, 40)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def with_copies(count: int, noise: float) -> np.ndarray:
    """Every point twice, the second time a little elsewhere."""
    first = points(count)
    second = first + noise * points(count, seed=1)
    return np.concatenate([first, second / np.linalg.norm(second, axis=1, keepdims=True)])


def test_few_points_are_compared_in_full() -> None:
    found = with_copies(100, 0.5)
    cosine = found @ found.T
    expected = {(i, j) for i, j in zip(*np.nonzero(np.triu(cosine > 0.6, 1)), strict=True)}
    assert set(zip(*neighbours(found, 0.6), strict=True)) == expected
    assert len(expected) >= 100


def test_trees_find_what_a_full_comparison_finds() -> None:
    found = with_copies(3000, 0.5)  # a cosine of 0.9
    pairs = set(zip(*neighbours(found, 0.7), strict=True))
    assert sum((n, n + 3000) in pairs for n in range(3000)) >= 2985
    assert all(i < j for i, j in pairs)


def test_many_equal_points_do_not_make_many_pairs() -> None:
    found = np.repeat(points(1), 1300, axis=0)
    first, _ = neighbours(found, 0.9)
    assert len(first) <= 2 * module._MOST * 1300


def test_one_point_has_no_neighbour() -> None:
    first, second = neighbours(points(1), 0.1)
    assert len(first) == len(second) == 0


def test_the_same_points_give_the_same_pairs() -> None:
    found = with_copies(900, 0.6)
    once, again = neighbours(found, 0.5), neighbours(found, 0.5)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
