"""A small, quick classifier on a restricted input, cross-fitted on the cohort's own folds.

Kernel ridge regression is linear in its targets: a thousand permuted sets of stages are a thousand more
columns of the same fit, so that a permutation test costs little more than one answer.
Shape suffixes: N images, D features, P patients, M sets of stages (the true one first), K classes,
C = M x K targets, Q questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import euclidean_distances

from livernet.core.audits.questions import Question, Subjects, Trial, ask_of
from livernet.core.data.splits import Fold
from livernet.core.metrics.intervals import auc_interval

PERMUTATIONS = 999
Floats = NDArray[np.float64]
_SAME = 1e-6
"""Squared distance below which two pictures have the same features."""


@dataclass(frozen=True, kw_only=True)
class Sharpness:
    """How closely a picture must resemble another for its stage to count."""

    width: float
    """Of the kernel, in units of the median distance between training pictures."""
    ridge: float
    """Penalty: how far the training stages themselves are distrusted."""


BROAD = Sharpness(width=1.0, ridge=1.0)
"""For a rule that holds for most pictures: a scanner, a texture."""
NARROW = Sharpness(width=0.5, ridge=0.1)
"""For one picture known again from another: a copy, a second image of the same patient."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a restricted input tells of the stages: the largest AUC over its parts and the questions."""

    auc: dict[str, dict[str, float]]
    """Area under the ROC curve over patients, by part of the input and question."""
    part: str
    """The part that tells most."""
    question: Question
    """What it tells best."""
    value: float
    """That AUC, the largest."""
    low: float
    """Its lower 95 % bound."""
    high: float
    """Its upper 95 % bound."""
    p: float
    """Share of the deals of stages, the true one counted, whose largest AUC is as large."""
    null_M: Floats = field(repr=False)
    """The largest AUC of each random deal of stages."""
    patients: int
    """Patients tested."""

    @property
    def chance(self) -> float:
        """What stages dealt at random stay below in 99 of 100 deals."""
        return float(np.quantile(self.null_M, 0.99))


def examine(parts: Mapping[str, Floats], trial: Trial, permutations: int = PERMUTATIONS) -> Answer | None:
    """How well any part of a restricted input tells the stages, against stages dealt to patients at random.

    The largest AUC over all parts and questions is set against the largest of every random deal, so that
    asking much does not find more. ``None`` where no question has tested patients on both sides.

    Args:
        parts: features of the images of the trial's subjects in their order, (N, D), by name.
        trial: patients, folds and questions.
        permutations: how many deals.
    """
    subjects, tested_P = trial.subjects, who_is_tested(trial)
    asked = what_is_asked(trial)
    if not asked or not parts:
        return None
    class_PM = permuted(subjects, permutations, trial.seed)
    auc_PMQ = np.stack(
        [cross_fitted_auc(part, subjects, trial.folds, asked, class_PM, BROAD) for part in parts.values()]
    )
    most_M = auc_PMQ.max(axis=(0, 2))
    part, best = np.unravel_index(int(auc_PMQ[:, 0].argmax()), auc_PMQ[:, 0].shape)
    positive_P = np.isin(subjects.class_P[tested_P], asked[best].classes)
    low, high = auc_interval(float(most_M[0]), int(positive_P.sum()), int((~positive_P).sum()))
    names = [question.name for question in asked]
    return Answer(
        auc={
            name: dict(zip(names, auc_MQ[0].tolist(), strict=True))
            for name, auc_MQ in zip(parts, auc_PMQ, strict=True)
        },
        part=list(parts)[part],
        question=asked[best],
        value=float(most_M[0]),
        low=low,
        high=high,
        p=float(np.mean(most_M >= most_M[0] - 1e-12)),
        null_M=most_M[1:],
        patients=int(tested_P.sum()),
    )


def what_is_asked(trial: Trial) -> tuple[Question, ...]:
    """The questions with tested patients on both sides."""
    return ask_of(trial.subjects.class_P[who_is_tested(trial)], trial.questions)


def who_is_tested(trial: Trial) -> NDArray[np.bool_]:
    """The patients with an image that some fold tests, bool (P,); a fold that learns nothing tests nobody."""
    subjects = trial.subjects
    known = set(subjects.images)
    tested = {i for fold in trial.folds if known & set(fold.train) for i in fold.test}
    found = np.zeros(len(subjects.class_P), np.bool_)
    found[subjects.owner_N[[i in tested for i in subjects.images]]] = True
    return found


def permuted(subjects: Subjects, permutations: int, seed: int) -> NDArray[np.int64]:
    """The true classes, then ``permutations`` random deals of them, (P, 1 + permutations).

    Patients who share a picture keep sharing a class.
    """
    rng = np.random.default_rng([seed, len(subjects.class_P)])
    units, first_U, of_P = np.unique(subjects.unit_P, return_index=True, return_inverse=True)
    class_U = subjects.class_P[first_U]
    dealt = [class_U[rng.permutation(len(units))][of_P] for _ in range(permutations)]
    return np.stack([subjects.class_P, *dealt], axis=1)


def cross_fitted_auc(
    features_ND: Floats,
    subjects: Subjects,
    folds: Sequence[Fold],
    questions: Sequence[Question],
    class_PM: NDArray[np.int64],
    sharpness: Sharpness,
) -> Floats:
    """The AUC over the tested patients for each set of stages and question, (M, Q).

    Every target is centred on its training mean, and that mean is not added to the answers: it moves against
    the tested patients (fewer of a class to learn from where more are tested), and pooled over folds it would
    push the AUC of meaningless features below 0.5.
    """
    place = {row: index for index, row in enumerate(subjects.images)}
    onehot_PMK = np.eye(subjects.classes, dtype=np.float64)[class_PM]
    onehot_NC = onehot_PMK.reshape(len(class_PM), -1)[subjects.owner_N]
    sum_NC, times_N = np.zeros_like(onehot_NC), np.zeros(len(onehot_NC))
    for fold in folds:
        train = [place[i] for i in fold.train if i in place]
        test = [place[i] for i in fold.test if i in place]
        if train and test:
            sum_NC[test] += _predict(features_ND, onehot_NC, train, test, sharpness)
            times_N[test] += 1
    owns_PN = np.eye(len(class_PM))[subjects.owner_N].T * (times_N > 0)
    tested_P = owns_PN.any(axis=1)
    share_PN = owns_PN[tested_P] / owns_PN[tested_P].sum(axis=1, keepdims=True)
    score_PC = share_PN @ (sum_NC / np.maximum(times_N, 1)[:, None])
    score_PMK = score_PC.reshape(len(score_PC), *onehot_PMK.shape[1:])
    auc = [
        _auc(score_PMK[..., list(q.classes)].sum(axis=2), np.isin(class_PM[tested_P], q.classes))
        for q in questions
    ]
    return np.stack(auc, axis=1)


def _predict(
    features_ND: Floats, onehot_NC: Floats, train: Sequence[int], test: Sequence[int], sharpness: Sharpness
) -> Floats:
    mean, spread = features_ND[train].mean(axis=0), features_ND[train].std(axis=0)
    # a feature that hardly varies where it is learnt must not tower where it is tested
    standard_ND = ((features_ND - mean) / np.where(spread > 1e-9, spread, np.inf)).clip(-5, 5)
    target = onehot_NC[train] - onehot_NC[train].mean(axis=0)
    model = KernelRidge(
        alpha=sharpness.ridge, kernel="rbf", gamma=_gamma(standard_ND[train], sharpness.width)
    )
    answer: Floats = model.fit(standard_ND[train], target).predict(standard_ND[test])
    return answer


def _gamma(standard_ND: Floats, width: float) -> float:
    square_NN = euclidean_distances(standard_ND, squared=True)
    apart = square_NN[square_NN > _SAME]
    return 1 / (2 * width**2 * float(np.median(apart))) if apart.size else 1.0


def _auc(score_PM: Floats, positive_PM: NDArray[np.bool_]) -> Floats:
    """Mann-Whitney area of each column, ties one half; 0.5 where a side is empty."""
    rank_PM = rankdata(score_PM.round(9), axis=0)
    count_M = positive_PM.sum(axis=0)
    pairs_M = count_M * (len(positive_PM) - count_M)
    above_M = (rank_PM * positive_PM).sum(axis=0) - count_M * (count_M + 1) / 2
    auc: Floats = np.where(pairs_M > 0, above_M / np.maximum(pairs_M, 1), 0.5)
    return auc
