from typing import Any

import pytest
import torch
from torch import Tensor

from livernet.core.config import AugmentConfig
from livernet.core.data.appearance import AppearanceParameters, apply_appearance, sample_appearance

SIDE = 32


def draw(count: int = 1, **changes: Any) -> AppearanceParameters:
    still = {
        "contrast_B": 1.0, "depth_BK": [1.0] * 5, "shadow_B": 0.0, "beam_B": 0.0, "breadth_B": 0.1,
        "top_B": -1.0, "speckle_B": 0.0, "seed_B": 7, "sharpness_B": 0.0,
    }  # fmt: skip
    return AppearanceParameters(
        **{key: torch.tensor([value] * count) for key, value in (still | changes).items()}
    )


@pytest.fixture
def grey() -> Tensor:
    return torch.full((1, 1, SIDE, SIDE), 0.5)


def test_nothing_drawn_changes_nothing(grey: Tensor) -> None:
    assert torch.allclose(apply_appearance(grey, draw()), grey, atol=1e-6)
    assert sample_appearance(3, AugmentConfig(gain=0.3), torch.Generator()) is None


def test_contrast_is_an_exponent(grey: Tensor) -> None:
    assert torch.allclose(apply_appearance(grey, draw(contrast_B=2.0)), grey**2, atol=1e-6)


def test_depth_gain_is_linear_between_its_sliders(grey: Tensor) -> None:
    rows = apply_appearance(grey, draw(depth_BK=[1.0, 1.5, 1.0, 1.0, 0.5]))[0, 0].mean(1)
    assert rows[0].item() == pytest.approx(0.5)
    assert rows[-1].item() == pytest.approx(0.25)
    assert rows.max().item() == pytest.approx(0.75, abs=0.02)
    assert int(rows.argmax()) in {7, 8}
    assert torch.allclose(rows[16:23], torch.tensor(0.5))


def test_a_shadow_darkens_its_beam_below_its_top(grey: Tensor) -> None:
    image = apply_appearance(grey, draw(shadow_B=0.8, breadth_B=0.05, top_B=0.0))[0, 0]
    middle = image[:, SIDE // 2 - 1 : SIDE // 2 + 1].mean(1)
    assert torch.allclose(middle[:8], torch.tensor(0.5), atol=0.01)
    assert torch.allclose(middle[-8:], torch.tensor(0.1), atol=0.02)
    assert torch.allclose(image[:, [0, -1]], torch.tensor(0.5), atol=0.01)
    aside = apply_appearance(grey, draw(shadow_B=0.8, breadth_B=0.05, beam_B=0.3))[0, 0]
    darkest = aside.argmin(1)
    assert SIDE // 2 < darkest[0] < darkest[-1]  # beams part with depth


def test_speckle_keeps_the_mean_and_has_the_spread_asked_for() -> None:
    flat = torch.full((4, 1, 64, 64), 0.4)
    image = apply_appearance(flat, draw(4, speckle_B=0.2)._replace(seed_B=torch.tensor([1, 1, 2, 3])))
    assert image.mean().item() == pytest.approx(0.4, rel=0.02)
    assert image[..., 1:-1, 1:-1].std().item() == pytest.approx(0.08, rel=0.05)
    assert torch.equal(image[0], image[1])
    assert not torch.allclose(image[1], image[2], atol=0.01)
    across = torch.corrcoef(torch.stack([image[2].flatten(), image[3].flatten()]))
    assert across[0, 1].abs().item() < 0.1


def test_sharpness_below_zero_blurs(grey: Tensor) -> None:
    grey[..., 16:] = 0.3
    spread = {value: apply_appearance(grey, draw(sharpness_B=value)) for value in (-1.0, 0.0, 1.0)}
    steps = {value: (image[0, 0, 8, 16] - image[0, 0, 8, 15]).abs().item() for value, image in spread.items()}
    assert steps[-1.0] < steps[0.0] < steps[1.0]
    assert steps[-1.0] == pytest.approx(0.2 / 3, abs=1e-5)


def test_black_stays_black_and_levels_in_range() -> None:
    config = AugmentConfig(contrast=1, depth=1, shadow=1, speckle=1, sharpness=1)
    found = sample_appearance(64, config, torch.Generator().manual_seed(1))
    assert found is not None
    black = torch.zeros(64, 1, SIDE, SIDE)
    assert torch.equal(apply_appearance(black, found), black)
    noise = torch.rand(64, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(2))
    image = apply_appearance(noise, found)
    assert image.min() >= 0
    assert image.max() <= 1


def test_draws_stay_in_range_and_repeat() -> None:
    config = AugmentConfig(contrast=0.5, depth=0.3, shadow=0.6, speckle=0.2, sharpness=0.4)
    first, again = (sample_appearance(1000, config, torch.Generator().manual_seed(1)) for _ in range(2))
    assert first is not None
    assert again is not None
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    for values, low, high in (
        (first.contrast_B, 1 / 1.5, 1.5),
        (first.depth_BK, 0.7, 1.3),
        (first.shadow_B, 0.0, 0.6),
        (first.speckle_B, 0.0, 0.2),
        (first.sharpness_B, -0.4, 0.4),
    ):
        margin = 0.05 * (high - low)
        assert low <= values.min() < low + margin
        assert high - margin < values.max() <= high
