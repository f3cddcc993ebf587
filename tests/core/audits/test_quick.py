from dataclasses import replace

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import pairwise_distances, roc_auc_score

from livernet.core.audits.quick import (
    BROAD,
    NARROW,
    cross_fitted_auc,
    examine,
    permuted,
    what_is_asked,
    who_is_tested,
)
from livernet.core.data.splits import Fold
from tests.core.audits.trials import make_trial, noise


def test_a_feature_that_is_the_class_tells_it() -> None:
    trial = make_trial(images=2)
    class_N = trial.subjects.class_P[trial.subjects.owner_N].astype(float)
    answer = examine({"noise": noise(trial, 3), "class": class_N[:, None]}, trial, 199)
    assert answer is not None
    assert answer.part == "class"
    assert answer.value > 0.99
    assert answer.p == pytest.approx(1 / 200)
    assert answer.low > 0.9
    assert 0.55 < answer.chance < 0.85
    assert answer.patients == 78


@pytest.mark.parametrize(("width", "sharpness"), [(3, BROAD), (20, BROAD), (20, NARROW)])
def test_meaningless_features_score_near_one_half_whatever_the_folds(width: int, sharpness: object) -> None:
    means = []
    for seed in range(8):
        trial = make_trial(images=2, seed=seed)
        class_PM = permuted(trial.subjects, 60, seed)
        features = noise(trial, width, seed)
        means.append(
            cross_fitted_auc(
                features, trial.subjects, trial.folds, trial.questions, class_PM, sharpness
            ).mean()
        )
    # the mean of the training stages, added back, would give 0.35 and less
    assert np.mean(means) == pytest.approx(0.5, abs=0.03)


def test_p_values_of_meaningless_features_are_evenly_spread() -> None:
    p = []
    for seed in range(60):
        trial = make_trial((6, 6, 6, 6, 6), folds=5, seed=seed)
        answer = examine({"a": noise(trial, 4, seed), "b": noise(trial, 2, seed)}, trial, 99)
        assert answer is not None
        p.append(answer.p)
    assert np.mean(p) == pytest.approx(0.5, abs=0.12)
    assert np.mean(np.array(p) <= 0.05) < 0.15


def test_auc_is_that_of_scikit_learn_over_patients() -> None:
    trial = make_trial((4, 4, 4, 4, 4), 1, folds=2)
    features = np.random.default_rng(0).normal(size=(20, 2))
    class_PM = trial.subjects.class_P[:, None]
    auc_MQ = cross_fitted_auc(features, trial.subjects, trial.folds, trial.questions, class_PM, BROAD)
    score = np.zeros((20, 3))
    target = np.eye(3)[trial.subjects.class_P]
    for fold in trial.folds:
        train, test = list(fold.train), list(fold.test)
        z = (features - features[train].mean(0)) / features[train].std(0)
        distance = pairwise_distances(z[train], metric="sqeuclidean")
        gamma = 1 / (2 * np.median(distance[distance > 0]))
        model = KernelRidge(alpha=1.0, kernel="rbf", gamma=gamma)
        score[test] = model.fit(z[train], target[train] - target[train].mean(0)).predict(z[test])
    expected = [
        roc_auc_score(np.isin(trial.subjects.class_P, q.classes), score[:, list(q.classes)].sum(1))
        for q in trial.questions
    ]
    assert auc_MQ[0] == pytest.approx(expected)


def test_patients_who_share_a_picture_are_dealt_one_stage() -> None:
    trial = make_trial(copies=[(0, 30), (5, 6, 70)])
    class_PM = permuted(trial.subjects, 20, 0)
    assert class_PM[:, 0].tolist() == trial.subjects.class_P.tolist()
    assert (class_PM[0, 1:] == class_PM[30, 1:]).all()
    assert (class_PM[5, 1:] == class_PM[70, 1:]).all()
    assert len({tuple(column) for column in class_PM.T}) == 21


def test_same_seed_same_deals() -> None:
    trial = make_trial()
    assert (permuted(trial.subjects, 5, 3) == permuted(trial.subjects, 5, 3)).all()
    assert (permuted(trial.subjects, 5, 3) != permuted(trial.subjects, 5, 4)).any()


def test_patients_that_no_fold_tests_are_not_scored() -> None:
    trial = make_trial(images=2, protocol="holdout", folds=2)
    tested = who_is_tested(trial)
    assert 0 < tested.sum() < 40
    answer = examine({"noise": noise(trial, 3)}, trial, 99)
    assert answer is not None
    assert answer.patients == tested.sum()


def test_one_class_in_the_test_folds_is_no_question() -> None:
    trial = make_trial()
    everyone = tuple(range(78))
    trial = replace(trial, folds=(Fold(train=everyone, test=(0, 1, 2)),))
    assert what_is_asked(trial) == ()
    assert examine({"noise": noise(trial, 3)}, trial, 99) is None


@pytest.mark.parametrize("value", [0.0, 1e9])
def test_constant_and_enormous_features_give_numbers(value: float) -> None:
    trial = make_trial()
    features = np.zeros((78, 2))
    features[0, 1] = value  # an outlier that is constant wherever it is held out
    answer = examine({"part": features}, trial, 49)
    assert answer is not None
    assert 0 <= answer.value <= 1
    assert np.isfinite(answer.null_M).all()
