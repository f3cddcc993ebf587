import math

import pytest
import torch

from livernet.core.config import AugmentConfig
from livernet.core.data.augment import (
    AffineParameters,
    Changes,
    apply_affine,
    apply_changes,
    sample_affine,
    sample_changes,
)


def draw(**changes: float) -> AffineParameters:
    still = {"shift_x": 0.0, "shift_y": 0.0, "angle": 0.0, "scale": 1.0, "gain": 1.0, "side": 1.0}
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
        ({"side": -1.0}, (2, 5, 8, 11)),
        ({"side": -1.0, "shift_x": -0.25, "shift_y": 0.25}, (6, 9, 4, 7)),
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


def test_mirror_is_the_share_that_is_turned() -> None:
    generator = torch.Generator().manual_seed(1)
    side = sample_affine(2000, AugmentConfig(mirror=0.25), generator).side
    assert set(side.tolist()) == {-1.0, 1.0}
    assert (side < 0).float().mean().item() == pytest.approx(0.25, abs=0.03)


def test_what_is_off_takes_nothing_from_the_generator() -> None:
    generators = [torch.Generator().manual_seed(1) for _ in range(3)]
    sample_affine(4, AugmentConfig(), generators[0])
    assert sample_changes(4, AugmentConfig(), generators[1]).appearance is None
    sample_changes(4, AugmentConfig(mirror=0.5, shadow=0.5), generators[2])
    states = [generator.get_state() for generator in generators]
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_changes_move_image_and_mask_and_alter_the_image_alone(square: torch.Tensor) -> None:
    config = AugmentConfig(mirror=1, contrast=1, depth=0.5, shadow=0.9, speckle=0.5, sharpness=1)
    changes = sample_changes(1, config, torch.Generator().manual_seed(5))
    grey = square // 2
    image, mask = apply_changes(grey, (square > 0).to(torch.uint8), changes)
    moved, expected = apply_affine(grey, (square > 0).to(torch.uint8), changes.affine)
    assert torch.equal(mask, expected)
    assert not torch.allclose(image, moved, atol=0.01)


def test_rows_of_changes_are_rows_of_every_tensor() -> None:
    changes = sample_changes(6, AugmentConfig(depth=0.5), torch.Generator().manual_seed(5))
    some = changes.each(lambda value: value[2:4])
    assert isinstance(some, Changes)
    assert some.appearance is not None
    assert changes.appearance is not None
    assert torch.equal(some.affine.angle, changes.affine.angle[2:4])
    assert torch.equal(some.appearance.depth_BK, changes.appearance.depth_BK[2:4])
