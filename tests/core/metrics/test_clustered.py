import numpy as np
import pytest

from livernet.core.metrics.clustered import area_bounds, copies_effect, delong_variance, share_bounds
from livernet.core.metrics.intervals import auc_interval, wilson
from livernet.core.metrics.ordinal import areas
from livernet.core.metrics.resample import Patients, jackknife, variance

ALONE = np.arange(20)
PAIRS = np.repeat(np.arange(10), 2)
SCORE = np.random.default_rng(0).integers(0, 12, 20) / 12
POSITIVE = np.arange(20) % 4 >= 2


def test_the_effect_of_copies_is_the_mean_number_of_images_of_an_image() -> None:
    assert copies_effect(ALONE) == 1
    assert copies_effect(PAIRS) == 2
    assert copies_effect(np.array([0, 1, 1, 1])) == pytest.approx((1 + 9) / 4)


def test_single_images_have_the_plain_intervals() -> None:
    assert share_bounds(0.25, 1.0, ALONE) == pytest.approx(wilson(5, 20))
    assert area_bounds(0.8, 1.0, SCORE, POSITIVE, ALONE) == pytest.approx(auc_interval(0.8, 10, 10))


def test_copies_have_the_intervals_of_patients() -> None:
    assert share_bounds(0.2, 10.0, PAIRS) == pytest.approx(wilson(2, 10))
    assert area_bounds(0.8, 10.0, SCORE, POSITIVE, PAIRS) == pytest.approx(auc_interval(0.8, 5, 5))


@pytest.mark.parametrize("unknown", [0.0, float("nan")])
def test_an_unknown_variance_is_that_of_copies(unknown: float) -> None:
    assert share_bounds(1.0, unknown, PAIRS) == pytest.approx(wilson(10, 10))
    assert share_bounds(0.2, unknown, PAIRS) == pytest.approx(wilson(2, 10))


def test_in_between_the_variance_decides() -> None:
    plain = 0.2 * 0.8 / 20
    assert share_bounds(0.2, 1.5 * plain, PAIRS) == pytest.approx(wilson(0.2 * 20 / 1.5, 20 / 1.5))
    assert share_bounds(0.2, 0.5 * plain, PAIRS) == pytest.approx(wilson(4, 20))


def test_delong_by_its_definition_and_near_the_jackknife() -> None:
    wins = [[(p > n) + (p == n) / 2 for n in SCORE[~POSITIVE]] for p in SCORE[POSITIVE]]
    expected = np.var(np.mean(wins, axis=1), ddof=1) / 10 + np.var(np.mean(wins, axis=0), ddof=1) / 10
    assert delong_variance(SCORE, POSITIVE) == pytest.approx(expected)
    patients = Patients(cluster_N=ALONE, class_C=POSITIVE.astype(np.int64))
    left = jackknife({"auc": lambda w_BN: areas(SCORE, POSITIVE, w_BN)}, patients)["auc"]
    assert variance(left) == pytest.approx(expected, rel=0.1)
    assert np.isnan(delong_variance(SCORE[:3], POSITIVE[:3]))
