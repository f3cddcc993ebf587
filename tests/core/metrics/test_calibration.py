import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from livernet.core.metrics.calibration import LARGER, WALD, intercept, reliability, slope
from livernet.core.metrics.intervals import wilson


def answers(
    count: int, stretch: float, shift: float, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities whose true slope is 1 / ``stretch`` and whose true logit is lower by ``shift``."""
    rng = np.random.default_rng(seed)
    true_logit = rng.normal(size=count)
    return expit(stretch * true_logit + shift), rng.random(count) < expit(true_logit), np.arange(count)


def deviance(parameters: np.ndarray, score: np.ndarray, positive: np.ndarray, free: bool) -> float:
    a, b = parameters if free else (parameters[0], 1.0)
    p = expit(a + b * logit(score))
    return float(-np.where(positive, np.log(p), np.log(1 - p)).sum())


def test_slope_and_intercept_are_the_most_likely_ones() -> None:
    score, positive, patient = answers(80, 1.7, 0.4)
    free = minimize(deviance, [0.0, 1.0], (score, positive, True), method="Nelder-Mead", tol=1e-10).x
    held = minimize(deviance, [0.0], (score, positive, False), method="Nelder-Mead", tol=1e-10).x
    assert slope(score, positive, patient).value == pytest.approx(free[1], abs=1e-4)
    assert intercept(score, positive, patient).value == pytest.approx(held[0], abs=1e-4)


def test_known_faults_are_found() -> None:
    sure = answers(20_000, 2.0, 0.0)
    assert slope(*sure).value == pytest.approx(0.5, abs=0.03)
    high = answers(20_000, 1.0, 0.7)
    assert intercept(*high).value == pytest.approx(-0.7, abs=0.05)
    assert slope(*high).value == pytest.approx(1, abs=0.05)


def test_the_interval_is_as_wide_as_repetitions_scatter() -> None:
    values = [slope(*answers(300, 1.0, 0.0, seed)).value or 0.0 for seed in range(150)]
    measure = slope(*answers(300, 1.0, 0.0, 7))
    assert measure.low is not None
    assert measure.high is not None
    assert (measure.high - measure.low) / (2 * 1.96) == pytest.approx(np.std(values), rel=0.25)


def test_copies_of_an_image_add_no_certainty() -> None:
    single = answers(60, 1.3, 0.2)
    copied = [np.repeat(values, 3) for values in single]
    once, thrice = slope(*single), slope(*copied)
    assert thrice.value == pytest.approx(once.value)
    assert (thrice.high or 0) - (thrice.low or 0) == pytest.approx(
        (once.high or 0) - (once.low or 0), rel=0.3
    )
    assert intercept(*copied).high == pytest.approx(intercept(*single).high)


def test_the_variance_is_that_of_the_model_and_with_several_images_the_larger() -> None:
    score, positive, _ = answers(60, 1.3, 0.2)
    alone, pairs = slope(score, positive, np.arange(60)), slope(score, positive, np.repeat(np.arange(30), 2))
    assert (alone.method, pairs.method) == (WALD, LARGER)
    assert (pairs.low or 0) <= (alone.low or 0)


@pytest.mark.parametrize(
    ("score", "positive", "reason"),
    [
        ([], [], "no case has a known stage"),
        ([0.2, 0.4], [1, 1], "no case below the cut-off"),
        ([0.2, 0.4], [0, 0], "no case at or above the cut-off"),
        ([0.3, 0.3, 0.3], [0, 1, 0], "all cases have the same probability"),
        ([0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1], "the probabilities separate the cases completely"),
        ([0.9, 0.8, 0.2], [0, 0, 1], "the probabilities separate the cases completely"),
    ],
)
def test_no_slope_without_overlap(score: list[float], positive: list[int], reason: str) -> None:
    measure = slope(np.array(score), np.array(positive, bool), np.arange(len(score)))
    assert measure.value is None
    assert str(measure.reason).startswith(reason)


@pytest.mark.parametrize("score", [[0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.5]])
def test_probabilities_of_zero_and_one_stay_finite(score: list[float]) -> None:
    positive = np.array([0, 1, 1, 0], bool)
    for fit in (slope, intercept):
        measure = fit(np.array(score), positive, np.arange(4))
        assert measure.value is not None
        assert np.isfinite([measure.value, measure.low, measure.high]).all()


def test_reliability_by_hand() -> None:
    score = np.arange(20) / 20
    positive = np.arange(20) >= 15
    low, high = reliability(score, positive, np.arange(20))
    assert (low["n"], low["low"], low["high"], low["predicted"], low["observed"]) == (10, 0, 0.45, 0.225, 0)
    assert (high["n"], high["observed"]) == (10, 0.5)
    assert (high["observed_low"], high["observed_high"]) == pytest.approx(wilson(5, 10))


def test_images_of_one_patient_are_worth_one_case() -> None:
    (alone,) = reliability(np.full(12, 0.4), np.arange(12) >= 9, np.zeros(12, dtype=np.int64))
    assert (alone["observed_low"], alone["observed_high"]) == pytest.approx(wilson(0.25, 1))


@pytest.mark.parametrize("count", [0, 1, 9, 78, 1000])
def test_every_case_is_in_one_bin(count: int) -> None:
    score = np.random.default_rng(1).integers(0, 40, count) / 40
    bins = reliability(score, score > 0.5, np.arange(count))
    assert sum(found["n"] for found in bins) == count
    assert len(bins) <= min(10, max(1, count // 10))
