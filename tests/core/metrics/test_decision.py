import numpy as np
import pytest

from livernet.core.metrics.decision import decision_curve

SCORE = np.array([0.1, 0.3, 0.5, 0.9])
POSITIVE = np.array([0, 1, 0, 1], bool)


def at(threshold: float, score: np.ndarray = SCORE) -> dict[str, float]:
    return next(p for p in decision_curve(score, POSITIVE) if p["threshold"] == pytest.approx(threshold))


def test_net_benefit_by_hand() -> None:
    # At 0.4 two are acted on, one rightly: 1/4 - 1/4 * 0.4 / 0.6.
    assert at(0.4)["model"] == pytest.approx(1 / 4 - 1 / 4 * 0.4 / 0.6)
    assert at(0.4)["all"] == pytest.approx(2 / 4 - 2 / 4 * 0.4 / 0.6)
    assert at(0.95)["model"] == 0


def test_a_probability_at_the_threshold_is_acted_on() -> None:
    assert at(0.3)["model"] == pytest.approx(2 / 4 - 1 / 4 * 0.3 / 0.7)


def test_acting_on_everyone_is_worth_nothing_at_the_prevalence() -> None:
    assert at(0.5)["all"] == pytest.approx(0)


def test_perfect_knowledge_is_worth_the_prevalence_everywhere() -> None:
    assert {p["model"] for p in decision_curve(POSITIVE.astype(float), POSITIVE)} == {0.5}


@pytest.mark.parametrize("positive", [np.zeros(0, bool), np.ones(3, bool), np.zeros(3, bool)])
def test_one_side_alone_has_no_curve(positive: np.ndarray) -> None:
    assert decision_curve(np.full(len(positive), 0.5), positive) == []
