"""The patient bootstrap: whole patients are drawn again, of whatever class, as weights of the cases.

A statistic takes weights (B, N) of N cases and gives B values, NaN where it is not defined; with unit weights
it is the estimate, so that estimate and resamples are one implementation. Weights are made a block at a time.
Intervals are conditional on the trained networks. Draws within the classes were tried and hold the truth less
often (``.github/statistics.md``): how many patients a class has is chance as well.

Shapes: B draws, C clusters (patients), N cases (patients or images).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from livernet.core.metrics.measure import Measure

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

DRAWS = 2000
SEED = 4
PERCENTILE = f"percentile bootstrap of patients, {DRAWS} draws"
BCA = f"BCa bootstrap of patients, {DRAWS} draws"
_LEVELS = (0.025, 0.975)
_UNDEFINED = 0.05
_BLOCK = 2**18


@dataclass(frozen=True, kw_only=True)
class Patients:
    """Whose the cases are, and of which class each patient is."""

    cluster_N: Ints
    """Patient of each case, 0..C-1."""
    class_C: Ints
    """True class of each patient; none may have a single one for an interval."""

    @classmethod
    def of(cls, patient_N: Ints, class_N: Ints) -> "Patients":
        """From the patient and the true class of each case; a patient has one class."""
        _, first_C, cluster_N = np.unique(patient_N, return_index=True, return_inverse=True)
        return cls(cluster_N=cluster_N.astype(np.int64), class_C=class_N[first_C])


def draw(patients: int, draws: int = DRAWS, seed: int = SEED) -> Iterator[NDArray[np.uint16]]:
    """How often each patient is drawn (C,), draw by draw; the same seed gives the same draws."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(rng.integers(0, patients, patients), minlength=patients).astype(np.uint16)


def bootstrap(
    statistics: Mapping[str, Statistic], patients: Patients, *, draws: int = DRAWS, seed: int = SEED
) -> dict[str, Floats]:
    """Values (B,) of every statistic on the same draws; the same seed gives the same values."""
    return evaluate(statistics, draw(len(patients.class_C), draws, seed), patients)


def jackknife(statistics: Mapping[str, Statistic], patients: Patients) -> dict[str, Floats]:
    """Values of every statistic with one patient left out (C,); of more than 2000 patients, with a group.

    A group is left out for a patient where leaving out each would take the square of the time: patients fall
    into 2000 groups at random. Variance and acceleration are those of single patients but for the chance of
    the grouping, 3 % (Shao and Tu, The Jackknife and Bootstrap, 1995, section 2.3).
    """
    count = len(patients.class_C)
    groups = min(count, DRAWS)
    group_C = np.arange(count) % groups
    if groups < count:
        np.random.default_rng(SEED).shuffle(group_C)
    others = ((group_C != group).astype(np.uint16) for group in range(groups))
    return evaluate(statistics, others, patients)


def evaluate(
    statistics: Mapping[str, Statistic], counts: Iterable[NDArray[np.uint16]], patients: Patients
) -> dict[str, Floats]:
    """Values (B,) of every statistic where each patient counts as often as one of B ``counts`` (C,) says."""
    parts: dict[str, list[Floats]] = {name: [] for name in statistics}
    rows, waiting = max(1, _BLOCK // max(1, len(patients.cluster_N))), iter(counts)
    while block := list(islice(waiting, rows)):
        weights_BN = np.stack(block)[:, patients.cluster_N].astype(np.float64)
        for name, statistic in statistics.items():
            parts[name].append(statistic(weights_BN))
    return {name: np.concatenate(found) for name, found in parts.items()}


def percentile(values_B: Floats) -> tuple[float, float]:
    """The middle 95 % of the resampled values."""
    low, high = np.quantile(values_B, _LEVELS)
    return float(low), float(high)


def bca(value: float, values_B: Floats, left_out_C: Floats) -> tuple[float, float]:
    """Bias-corrected and accelerated bounds, by the jackknife (Efron, J Am Stat Assoc 82:171, 1987)."""
    below = np.mean(values_B < value) + np.mean(values_B == value) / 2
    shift = ndtri(np.clip(below, 1 / len(values_B), 1 - 1 / len(values_B)))
    influence_C = left_out_C.mean() - left_out_C
    spread = (influence_C**2).sum() ** 1.5
    speed = (influence_C**3).sum() / (6 * spread) if spread > 0 else 0.0
    z_2 = shift + ndtri(_LEVELS)
    low, high = np.quantile(values_B, ndtr(shift + z_2 / (1 - speed * z_2)))
    return float(low), float(high)


def variance(left_out_C: Floats) -> float:
    """Jackknife variance of a statistic over patients; NaN if one value is undefined."""
    return (len(left_out_C) - 1) * float(left_out_C.var())


def with_percentile(measure: Measure, values_B: Floats, patients: Patients) -> Measure:
    """The measure with its percentile interval, or with the reason why it has none."""
    return _bounded(measure, values_B, patients, percentile, PERCENTILE)


def with_bca(measure: Measure, values_B: Floats, left_out_C: Floats, patients: Patients) -> Measure:
    """The measure with its BCa interval, or with the reason why it has none."""

    def bounds(defined_B: Floats) -> tuple[float, float]:
        return bca(measure.value or 0.0, defined_B, left_out_C)

    if not np.isfinite(left_out_C).all():
        return _without(measure, "no interval: undefined without one of the patients")
    return _bounded(measure, values_B, patients, bounds, BCA)


def _bounded(
    measure: Measure,
    values_B: Floats,
    patients: Patients,
    bounds: Callable[[Floats], tuple[float, float]],
    method: str,
) -> Measure:
    """The measure with an interval, if its resamples can carry one.

    Up to one resample in twenty may be undefined (e.g. a PPV without a positive): these are left out. Where
    more are, where a class has a single patient, or where all resamples agree, an interval would only look
    certain, and none is given.
    """
    if measure.value is None:
        return measure
    sizes = np.bincount(patients.class_C)
    if sizes[sizes > 0].min(initial=len(patients.class_C)) < 2:
        return _without(measure, "no interval: a class has a single patient")
    defined_B = values_B[np.isfinite(values_B)]
    if len(defined_B) < (1 - _UNDEFINED) * len(values_B):
        undefined = len(values_B) - len(defined_B)
        return _without(measure, f"no interval: undefined in {undefined} of {len(values_B)} resamples")
    if np.ptp(defined_B) < 1e-12:
        return _without(measure, "no interval: every resample gives the same value")
    return measure.within(bounds(defined_B), method)


def _without(measure: Measure, reason: str) -> Measure:
    return Measure(value=measure.value, reason=reason) if measure.value is not None else measure
