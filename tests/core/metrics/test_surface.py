import math

import numpy as np
import pytest
from numpy.typing import NDArray

from livernet.core.metrics.surface import SurfaceScores, surface_scores

EMPTY = np.zeros((30, 40), bool)


def square(top: int, left: int, side: int = 10) -> NDArray[np.bool_]:
    mask_HW = EMPTY.copy()
    mask_HW[top : top + side, left : left + side] = True
    return mask_HW


def disc(radius: float, size: int = 200) -> NDArray[np.bool_]:
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.asarray(np.hypot(x, y) <= radius)


def brute_force(
    one_HW: NDArray[np.bool_], other_HW: NDArray[np.bool_], spacing: tuple[float, float], tolerance: float
) -> tuple[float, float, float]:
    """Every distance between every two pixels of the outlines, found pixel by pixel."""

    def outline(mask_HW: NDArray[np.bool_]) -> NDArray[np.float64]:
        padded = np.pad(mask_HW, 1)
        around = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        return np.argwhere(mask_HW & ~around) * np.array(spacing)

    pairs = np.linalg.norm(outline(one_HW)[:, None] - outline(other_HW)[None], axis=2)
    there, back = pairs.min(axis=1), pairs.min(axis=0)
    both = np.concatenate([there, back])
    hd95 = max(np.quantile(there, 0.95), np.quantile(back, 0.95))
    return float(hd95), float(both.mean()), float((both <= tolerance).mean())


def test_a_square_shifted_sideways_by_hand() -> None:
    # outlines of 36 pixels, 3 columns apart: the leading side is 3 away, the trailing side finds the corners
    found = surface_scores(square(5, 5), square(5, 8), tolerance=2.0)
    top_and_bottom = 2 * (7 * 0 + 1 + 2)  # columns 5..14 against 8..17, the side column left out: 6 and 7
    sides = 10 * 3
    inner_side = sum(min(3, depth) for depth in (0, 1, 2, 3, 4, 4, 3, 2, 1, 0))
    assert found.assd == pytest.approx((top_and_bottom + sides + inner_side) / 36)
    assert found.hd95 == pytest.approx(3.0)


def test_concentric_discs_are_the_difference_of_their_radii_apart() -> None:
    found = surface_scores(disc(40), disc(50), tolerance=12.0)
    assert found.assd == pytest.approx(10, abs=0.3)
    assert found.hd95 == pytest.approx(10, abs=1)
    assert found.nsd == 1
    assert surface_scores(disc(40), disc(50), tolerance=8.0).nsd == 0
    in_mm = surface_scores(disc(40), disc(50), spacing=(0.5, 0.5), tolerance=6.0)
    assert in_mm.assd == pytest.approx(found.assd / 2)


def test_the_larger_direction_counts_in_hd95() -> None:
    island = square(5, 5) | square(20, 30, side=8)
    both = [surface_scores(a, b, tolerance=1) for a, b in ((island, square(5, 5)), (square(5, 5), island))]
    assert both[0] == both[1]
    assert both[0].hd95 > 20


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.3, 0.7)])
def test_random_blobs_against_every_pair_of_pixels(spacing: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    for share in (0.02, 0.3, 0.7, 1.0):
        one_HW, other_HW = rng.random((2, 23, 31)) < share
        found = surface_scores(one_HW, other_HW, spacing=spacing, tolerance=0.7)
        assert tuple(found) == pytest.approx(brute_force(one_HW, other_HW, spacing, 0.7 + 1e-9))


def test_spacing_is_rows_then_columns() -> None:
    down = surface_scores(square(5, 5), square(8, 5), spacing=(2.0, 0.1), tolerance=1)
    across = surface_scores(square(5, 5), square(5, 8), spacing=(2.0, 0.1), tolerance=1)
    assert down.hd95 > 3
    assert across.hd95 == pytest.approx(0.3)


def test_a_mask_that_fills_the_picture_has_an_outline() -> None:
    found = surface_scores(~EMPTY, ~EMPTY, tolerance=0)
    assert found == (0.0, 0.0, 1.0)
    assert surface_scores(~EMPTY, square(5, 5), tolerance=0).assd > 0


def test_a_missing_mask_is_penalised_by_the_diagonal() -> None:
    far = math.hypot(30 * 0.5, 40 * 0.5)
    for pair in ((EMPTY, square(5, 5)), (square(5, 5), EMPTY)):
        assert surface_scores(*pair, spacing=(0.5, 0.5), tolerance=99) == pytest.approx((far, far, 0.0))
    assert surface_scores(EMPTY, EMPTY, tolerance=1) == SurfaceScores(0.0, 0.0, 1.0)


def test_a_point_just_at_the_tolerance_is_within_it() -> None:
    one_HW, other_HW = square(5, 5, side=1), square(5, 8, side=1)
    assert surface_scores(one_HW, other_HW, spacing=(0.1, 0.1), tolerance=0.3).nsd == 1
    assert surface_scores(one_HW, other_HW, spacing=(0.1, 0.1), tolerance=0.29).nsd == 0


def test_masks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(30, 40\) and \(40, 30\) pixels cannot be compared"):
        surface_scores(EMPTY, EMPTY.T, tolerance=1)


def test_the_same_numbers_as_monai() -> None:
    metrics = pytest.importorskip("monai.metrics")
    torch = pytest.importorskip("torch")
    one_HW, other_HW = disc(60), np.roll(disc(70), 9, axis=1)
    spacing = (0.3, 0.5)
    found = surface_scores(one_HW, other_HW, spacing=spacing, tolerance=2.0)
    pair = [torch.from_numpy(mask_HW)[None, None].float() for mask_HW in (one_HW, other_HW)]
    more = {"include_background": True, "spacing": list(spacing)}
    hd95 = metrics.compute_hausdorff_distance(*pair, percentile=95, **more).item()
    assd = metrics.compute_average_surface_distance(*pair, symmetric=True, **more).item()
    nsd = metrics.compute_surface_dice(*pair, [2.0], **more).item()
    assert tuple(found) == pytest.approx((hd95, assd, nsd), rel=1e-5)
