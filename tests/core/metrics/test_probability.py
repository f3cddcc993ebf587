from functools import partial

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from livernet.core.metrics.probability import (
    brier_losses,
    mean_loss,
    mean_losses,
    rps_losses,
    scaled,
    scaled_loss,
)

P = np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 1.0], [0.2, 0.3, 0.5]])
TRUE = np.array([0, 0, 1])


def test_brier_by_hand() -> None:
    assert brier_losses(P, TRUE) == pytest.approx([0.09 + 0.04 + 0.01, 2, 0.04 + 0.49 + 0.25])
    assert mean_loss(brier_losses, P, TRUE).value == pytest.approx((0.14 + 2 + 0.78) / 3)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_brier_of_weights_equals_sklearn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    p_NK, true_N = rng.dirichlet(np.ones(classes), size=40), rng.integers(0, classes, 40)
    weights_BN = rng.random((3, 40))
    expected = [
        brier_score_loss(true_N, p_NK, sample_weight=w_N, labels=range(classes), scale_by_half=False)
        for w_N in weights_BN
    ]
    assert mean_losses(brier_losses(p_NK, true_N), weights_BN) == pytest.approx(expected)


def test_rps_by_hand_costs_more_the_further_it_is_away() -> None:
    # Cumulative errors at the two cut-offs: (-0.3, -0.1), (-1, -1), (0.2, -0.5).
    assert rps_losses(P, TRUE) == pytest.approx([(0.09 + 0.01) / 2, 1, (0.04 + 0.25) / 2])
    near, far = rps_losses(np.array([[0, 1.0, 0], [0, 0, 1.0]]), np.array([0, 0]))
    assert (near, far) == (0.5, 1)


def test_rps_of_two_classes_is_half_of_brier() -> None:
    p_NK = np.array([[0.7, 0.3], [0.1, 0.9]])
    assert rps_losses(p_NK, np.array([1, 1])) == pytest.approx(brier_losses(p_NK, np.array([1, 1])) / 2)


@pytest.mark.parametrize("losses", [brier_losses, rps_losses])
def test_answering_the_shares_scales_to_zero_and_the_truth_to_one(losses) -> None:  # type: ignore[no-untyped-def]  # either
    true_N = np.array([0, 0, 1, 2, 2, 2])
    share_NK = np.tile(np.bincount(true_N) / 6, (6, 1))
    assert scaled_loss(losses, share_NK, true_N).value == pytest.approx(0)
    assert scaled_loss(losses, np.eye(3)[true_N], true_N).value == 1


@pytest.mark.parametrize("losses", [brier_losses, rps_losses])
def test_scaled_weights_are_repetitions(losses) -> None:  # type: ignore[no-untyped-def]  # either
    rng = np.random.default_rng(1)
    p_NK, true_N = rng.dirichlet(np.ones(3), size=30), rng.integers(0, 3, 30)
    weights_BN = rng.integers(0, 4, (4, 30)).astype(float)
    rows = [np.repeat(np.arange(30), w_N.astype(int)) for w_N in weights_BN]
    expected = [scaled_loss(losses, p_NK[r], true_N[r]).value for r in rows]
    assert partial(scaled, losses, p_NK, true_N)(weights_BN) == pytest.approx(expected)


def test_nothing_and_one_class_are_null_with_their_reason() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert mean_loss(brier_losses, P[:0], nothing).reason == "no case has a known stage"
    assert scaled_loss(brier_losses, P[:0], nothing).reason == "no case has a known stage"
    reason = scaled_loss(rps_losses, P, np.zeros(3, dtype=np.int64)).reason
    assert reason == "all cases are of one class: the class shares alone are right"
