import numpy as np
import pytest
from scipy import ndimage

from livernet.core.audits.texture import LENGTH, texture

EVERYWHERE = np.ones((96, 96), np.bool_)


def speckle(seed: int, grain: float) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(96, 96)), grain)
    return np.asarray(100 + 20 * noise / noise.std())


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


def of(level: np.ndarray, part: np.ndarray = EVERYWHERE) -> np.ndarray:
    return texture(level.clip(0, 255).round().astype(np.uint8), part)


def test_gain_and_contrast_change_little_and_grain_much() -> None:
    plain = of(speckle(0, 1.5))
    assert plain.shape == (LENGTH,)
    again = distance(plain, of(speckle(1, 1.5)))
    assert distance(plain, of(speckle(0, 1.5) + 60)) < again
    assert distance(plain, of(1.6 * speckle(0, 1.5))) < again
    assert distance(plain, of(speckle(0, 3.0))) > 5 * again


def test_what_lies_outside_the_part_does_not_count() -> None:
    part = np.zeros((96, 96), np.bool_)
    part[20:70, 20:70] = True
    other = np.where(part, speckle(0, 1.5), 255 * np.random.default_rng(1).random((96, 96)))
    assert distance(of(speckle(0, 1.5), part)[:12], of(other, part)[:12]) < 1e-9


@pytest.mark.parametrize(
    ("grey", "part"),
    [
        (np.full((96, 96), 7.0), EVERYWHERE),
        (speckle(0, 1.0), ~EVERYWHERE),
        (speckle(0, 1.0), np.arange(96 * 96).reshape(96, 96) == 50),
    ],
)
def test_flat_empty_and_tiny_parts_give_numbers(grey: np.ndarray, part: np.ndarray) -> None:
    assert np.isfinite(of(grey, part)).all()
