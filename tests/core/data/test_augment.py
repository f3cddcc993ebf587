import math

import pytest
import torch

from livernet.core.config import AugmentConfig
from livernet.core.data.augment import AffineParameters, apply_affine, sample_affine


def draw(**changes: float) -> AffineParameters:
    still = {"shift_x": 0.0, "shift_y": 0.0, "angle": 0.0, "scale": 1.0, "gain": 1.0}
    return AffineParameters(**{key: torch.tensor([value]) for key, value in (still | changes).items()})


@pytest.fixture
def square() -> torch.Tensor:
    image = torch.zeros(1, 1, 16, 16, dtype=torch.uint8)
    image[..., 2:6, 4:8] = 255  # rows 2-5, columns 4-7
    return image


def box(image: torch.Tensor) -> tuple[int, int, int, int]:
    rows, columns = (image[0, 0] > 0.5).nonzero(as_tuple=True)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (2, 5, 4, 7)),
        ({"shift_x": 0.25}, (2, 5, 8, 11)),
        ({"shift_y": 0.25}, (6, 9, 4, 7)),
        ({"angle": math.pi / 2}, (4, 7, 10, 13)),  # clockwise: up becomes right
        ({"angle": math.pi}, (10, 13, 8, 11)),
        ({"scale": 0.5}, (5, 6, 6, 7)),
        ({"angle": math.pi / 2, "shift_x": -0.25}, (4, 7, 6, 9)),
    ],
)
def test_motion_by_hand(square: torch.Tensor, changes: dict[str, float], expected: tuple[int, ...]) -> None:
    image, mask = apply_affine(square, (square > 0).to(torch.uint8), draw(**changes))
    assert box(image) == expected
    assert box(mask) == expected


def test_still_and_gain(square: torch.Tensor) -> None:
    image, mask = apply_affine(square, (square > 0).to(torch.uint8), draw(gain=0.5))
    assert torch.allclose(image, square / 255 * 0.5, atol=1e-6)
    assert torch.equal(mask, (square > 0).float())
    assert apply_affine(square, square, draw(gain=3.0))[0].max() == 1.0


def test_draws_stay_in_range_and_repeat() -> None:
    config = AugmentConfig(shift=0.1, rotate=10, scale=0.2, gain=0.3)
    first = sample_affine(1000, config, torch.Generator().manual_seed(1))
    again = sample_affine(1000, config, torch.Generator().manual_seed(1))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    for values, low, high in (
        (first.shift_x, -0.1, 0.1),
        (first.angle, -math.radians(10), math.radians(10)),
        (first.scale, 0.8, 1.2),
        (first.gain, 0.7, 1.3),
    ):
        assert low <= values.min() < low + 0.01 * (high - low) * 5
        assert high - 0.01 * (high - low) * 5 < values.max() <= high


def test_mask_stays_binary(square: torch.Tensor) -> None:
    masks = (square > 0).to(torch.uint8)
    _, mask = apply_affine(square, masks, draw(angle=0.3, scale=1.1, shift_x=0.03))
    assert set(mask.unique().tolist()) == {0.0, 1.0}
