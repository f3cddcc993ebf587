import numpy as np
import pytest
from scipy.stats import binomtest, norm

from livernet.core.metrics.classification import auc
from livernet.core.metrics.intervals import auc_interval, combined_wilson, wilson


@pytest.mark.parametrize(("successes", "total"), [(96, 118), (0, 7), (7, 7), (1, 1), (39, 78)])
def test_wilson_equals_scipy(successes: int, total: int) -> None:
    expected = binomtest(successes, total).proportion_ci(method="wilson")
    assert wilson(successes, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("successes", "total"), [(1, 0), (-1, 3), (4, 3)])
def test_wilson_refuses_what_is_no_proportion(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        wilson(successes, total)


def _newcombe_by_grid(value: float, positives: int, negatives: int) -> tuple[float, float]:
    t = np.linspace(1e-6, 1 - 1e-6, 1_000_001)
    n = (positives + negatives) / 2 - 1
    variance = t * (1 - t) * (1 + n * (1 - t) / (2 - t) + n * t / (1 + t)) / (positives * negatives)
    inside = t[np.abs(value - t) <= norm.ppf(0.975) * np.sqrt(variance)]
    return float(inside.min()), float(inside.max())


@pytest.mark.parametrize(
    ("value", "positives", "negatives"), [(0.5, 10, 20), (0.95, 15, 63), (0.03, 4, 9), (0.8, 1, 1)]
)
def test_auc_interval_holds_exactly_the_values_within_z(value: float, positives: int, negatives: int) -> None:
    expected = _newcombe_by_grid(value, positives, negatives)
    assert auc_interval(value, positives, negatives) == pytest.approx(expected, abs=2e-6)


def test_a_perfect_auc_still_has_a_width() -> None:
    low, high = auc_interval(1.0, 15, 63)
    assert high == 1.0
    assert low == pytest.approx(_newcombe_by_grid(1 - 1e-9, 15, 63)[0], abs=1e-5)
    assert auc_interval(0.0, 63, 15) == pytest.approx((0.0, 1 - low), abs=1e-9)


def test_auc_interval_refuses_an_empty_group() -> None:
    with pytest.raises(ValueError, match="not possible"):
        auc_interval(0.7, 0, 5)


def test_auc_interval_covers_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(5)
    truth, runs = 0.95, 400
    positive_N = np.r_[np.ones(15, bool), np.zeros(63, bool)]
    shift = norm.ppf(truth) * 2**0.5
    covered = 0
    for _ in range(runs):
        measure = auc(rng.normal(size=78) + shift * positive_N, positive_N, interval=True)
        assert measure.low is not None
        assert measure.high is not None
        covered += measure.low <= truth <= measure.high
    assert 0.93 <= covered / runs <= 0.99


def test_combined_shares_by_hand() -> None:
    assert combined_wilson(np.array([5]), np.array([20])) == pytest.approx(wilson(5, 20))
    (low_a, high_a), (low_b, high_b) = wilson(5, 20), wilson(9, 10)
    expected = (
        (0.25 + 0.9) / 2 - np.hypot(0.25 - low_a, 0.9 - low_b) / 2,
        (0.25 + 0.9) / 2 + np.hypot(high_a - 0.25, high_b - 0.9) / 2,
    )
    assert combined_wilson(np.array([5, 9]), np.array([20, 10])) == pytest.approx(expected)


def test_a_perfect_mean_of_shares_still_has_a_width() -> None:
    low, high = combined_wilson(np.array([26, 37, 15]), np.array([26, 37, 15]))
    assert 0.9 < low < high == 1.0
