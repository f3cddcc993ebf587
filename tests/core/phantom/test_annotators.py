import numpy as np

from livernet.core.phantom.annotators import outline


def disc() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:200, 0:200]
    distance_mm = (60 - np.hypot(x - 100, y - 100)).astype(np.float32) * np.float32(0.5)
    return distance_mm, x < 150


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def test_two_annotators_agree_well_but_not_entirely() -> None:
    distance, inside = disc()
    rng = np.random.default_rng(0)
    first, second = (outline(rng, distance, inside, 0.5, annotator) for annotator in (0, 1))
    assert 0.9 < dice(first, second) < 0.995
    assert dice(first, (distance > 0) & inside) > 0.95


def test_nothing_is_drawn_outside_the_sector() -> None:
    distance, inside = disc()
    mask = outline(np.random.default_rng(1), distance, inside, 0.5, 1)
    assert not mask[~inside].any()
    assert mask.dtype == np.bool_
