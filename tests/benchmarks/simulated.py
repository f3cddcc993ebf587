"""Invented cohorts whose true performance is known: a latent score a picture, from it class probabilities.

A picture of class k has a score N(k * effect, 1), which the pictures of a patient share in part. The network
knows this and answers with the probability of each class, or with one made too sure; without an effect it
believes in one that is not there. Shapes: N cases, C patients, K = 3 classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from livernet.core.metrics.cases import Cases
from livernet.core.stages import Grouping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PAPER = Grouping.parse("3")
EFFECTS = {"none": 0.0, "weak": 0.75, "medium": 1.5, "strong": 2.33}
"""Distance of neighbouring classes; their AUC is 0.50, 0.70, 0.86 and 0.95."""
CLASSES = {"paper": (26, 37, 15), "balanced": (26, 26, 26), "rare F4": (30, 40, 8)}
"""Patients of F0-F1, F2-F3 and F4."""
SURE = 2.5
"""What the logarithm of the probabilities is multiplied by where they are too sure."""
SHARED = 0.6
"""Part of the variance that the pictures of a patient have in common."""
_BELIEVED = 0.75
_MANY = 60_000


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How cohorts are made."""

    effect: str
    """Key of ``EFFECTS``."""
    classes: str
    """Key of ``CLASSES``."""
    unit: str = "patients"
    """``patients``: a picture each; ``images``: one to three, each a case."""
    sure: bool = False
    """Too sure, instead of calibrated."""
    drawn: bool = False
    """The patients of a class are a random number, instead of the one in ``CLASSES``."""


def cohort(scenario: Scenario, rng: np.random.Generator) -> Cases:
    """One cohort of 78 patients."""
    sizes = np.asarray(CLASSES[scenario.classes])
    if scenario.drawn:
        sizes = rng.multinomial(sizes.sum(), sizes / sizes.sum())
    true_C = np.repeat(np.arange(3), sizes)
    pictures_C = rng.integers(1, 4, len(true_C)) if scenario.unit == "images" else np.ones_like(true_C)
    patient_N = np.repeat(np.arange(len(true_C)), pictures_C)
    own_N = rng.normal(size=len(patient_N))
    shared_N = rng.normal(size=len(true_C))[patient_N]
    return _answered(
        scenario, true_C[patient_N], SHARED**0.5 * shared_N + (1 - SHARED) ** 0.5 * own_N, patient_N
    )


def population(scenario: Scenario) -> Cases:
    """A huge cohort without chance: evenly spaced quantiles, in the shares of the classes."""
    sizes = np.asarray(CLASSES[scenario.classes]) * (_MANY // 78)
    error = [norm.ppf((np.arange(size) + 0.5) / size) for size in sizes]
    return _answered(scenario, np.repeat(np.arange(3), sizes), np.concatenate(error), np.arange(sizes.sum()))


def _answered(scenario: Scenario, true_N: Ints, error_N: Floats, patient_N: Ints) -> Cases:
    effect = EFFECTS[scenario.effect]
    score_N = effect * true_N + error_N
    places_K = (effect or _BELIEVED) * np.arange(3)
    log_NK = norm.logpdf(score_N[:, None] - places_K) + np.log(CLASSES[scenario.classes])
    p_NK = np.exp((log_NK - log_NK.max(axis=1, keepdims=True)) * (SURE if scenario.sure else 1))
    p_NK /= p_NK.sum(axis=1, keepdims=True)
    return Cases(
        names=tuple(str(n) for n in range(len(true_N))),
        true_N=true_N,
        probability_NK=p_NK,
        predicted_N=p_NK.argmax(axis=1),
        stage_N=np.asarray([0, 2, 4])[true_N],
        patient_N=patient_N,
        folds=((0,),) * len(true_N),
    )


def youden(score_N: Floats, positive_N: NDArray[np.bool_]) -> float:
    """The threshold with the largest sensitivity + specificity."""
    order = np.argsort(-score_N)
    gain = np.cumsum(np.where(positive_N[order], 1 / positive_N.sum(), -1 / (~positive_N).sum()))
    return float(score_N[order][gain.argmax()])
