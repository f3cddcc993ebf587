import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from livernet.core.metrics.cases import Cases
from livernet.core.metrics.operating import RATES, called, rate, selections, shares, thresholds_of

POSITIVE = np.array([1, 1, 1, 0, 0, 0, 0], bool)
CALLED = np.array([1, 1, 0, 1, 0, 0, 0], bool)


def cases(*folds: tuple[int | None, ...]) -> Cases:
    empty = np.zeros(len(folds), dtype=np.int64)
    return Cases(
        names=tuple(map(str, range(len(folds)))),
        true_N=empty,
        probability_NK=np.zeros((len(folds), 2)),
        predicted_N=empty,
        stage_N=empty,
        patient_N=empty,
        folds=folds,
    )


def test_rates_by_hand_and_as_sklearn() -> None:
    found = {name: rate(name, *selections(POSITIVE, CALLED)[name], interval=False).value for name in RATES}
    assert found == pytest.approx({"sensitivity": 2 / 3, "specificity": 3 / 4, "ppv": 2 / 3, "npv": 3 / 4})
    assert found["sensitivity"] == recall_score(POSITIVE, CALLED)
    assert found["npv"] == precision_score(~POSITIVE, ~CALLED)


def test_weighted_shares_equal_sklearn() -> None:
    weights_BN = np.random.default_rng(2).random((3, 7))
    expected = [precision_score(POSITIVE, CALLED, sample_weight=w_N) for w_N in weights_BN]
    assert shares(*selections(POSITIVE, CALLED)["ppv"], weights_BN) == pytest.approx(expected)
    assert np.isnan(shares(POSITIVE, np.zeros(7, bool), weights_BN)).all()


def test_patients_have_wilsons_interval() -> None:
    measure = rate("ppv", *selections(POSITIVE, CALLED)["ppv"], interval=True)
    assert measure.method == "Wilson score interval"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sensitivity", "no case at or above the cut-off"),
        ("specificity", "no case below the cut-off"),
        ("ppv", "no case was called positive"),
        ("npv", "no case was called negative"),
    ],
)
def test_a_share_of_nothing_is_null(name: str, reason: str) -> None:
    nobody = np.zeros(3, bool)
    assert rate(name, nobody, nobody, interval=True).reason == reason


def test_a_score_at_the_threshold_is_positive() -> None:
    assert called(np.array([0.1 + 0.2, 0.3 - 1e-6]), np.array([0.3, 0.3])).tolist() == [True, False]


def test_every_case_has_the_threshold_of_its_fold() -> None:
    thresholds = {0: {"F2": 0.4}, 1: {"F2": 0.6}}
    assert thresholds_of(cases((0,), (1,), (0, 1)), "F2", thresholds) == pytest.approx([0.4, 0.6, 0.5])


@pytest.mark.parametrize("thresholds", [{}, {0: {"F2": 0.4}}, {0: {"F2": 0.4}, 1: {"F2": None}}])
def test_a_fold_without_a_threshold_leaves_none_for_all(
    thresholds: dict[int | None, dict[str, float | None]],
) -> None:
    assert thresholds_of(cases((0,), (1,)), "F2", thresholds) is None
