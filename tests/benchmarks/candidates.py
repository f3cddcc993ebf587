"""Intervals that were tried: those of livernet and those that lost against them; what they cover decides.

Shapes: B draws, C patients, N cases, K classes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from livernet.core.metrics import calibration, operating
from livernet.core.metrics.cases import Cases
from livernet.core.metrics.classification import confusion
from livernet.core.metrics.clustered import area_bounds, delong_variance, share_bounds
from livernet.core.metrics.cuts import Cut, cuts_of
from livernet.core.metrics.intervals import Z95, wilson
from livernet.core.metrics.resample import Patients, bca, bootstrap, jackknife, percentile, variance
from livernet.core.metrics.unit import Wanted
from livernet.core.stages import Grouping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bounds = tuple[float, float]
Found = dict[str, Bounds | None]

DRAWS = 1000


class Seen(NamedTuple):
    """One cohort and what is needed of it."""

    cases: Cases
    cuts: dict[str, Cut]
    thresholds: dict[str, float]
    grouping: Grouping


def bounds_of(seen: Seen, wanted: dict[str, Wanted]) -> dict[str, Found]:
    """By measure and candidate: the bounds, or nothing where the candidate gives none."""
    known = {name: want for name, want in wanted.items() if want.measure.value is not None}
    value = {name: float(want.measure.value or 0) for name, want in known.items()}
    statistics = {name: want.statistic for name, want in known.items()}
    strata = Patients.of(seen.cases.patient_N, seen.cases.true_N)
    left = jackknife(statistics, strata)
    found: dict[str, Found] = {name: {} for name in known}
    free = Patients(cluster_N=strata.cluster_N, class_C=np.zeros_like(strata.class_C))
    for label, patients in (("within classes", strata), ("across classes", free)):
        drawn = bootstrap(statistics, patients, draws=DRAWS)
        for name in known:
            both = _resampled(value[name], drawn[name], left[name], patients.class_C)
            found[name] |= dict(zip((f"percentile {label}", f"BCa {label}"), both, strict=True))
    for name, want in known.items():
        if want.measure.low is not None and want.measure.high is not None:
            closed = "Newcombe" if name.endswith("auc") else "Wilson"
            found[name][closed] = (want.measure.low, want.measure.high)
        found[name] |= _special(seen, name, value[name], variance(left[name], strata.class_C))
    return found | _calibration(seen)


def _resampled(
    value: float, values_B: Floats, left_C: Floats, class_C: Ints
) -> tuple[Bounds | None, Bounds | None]:
    usable_B = values_B[np.isfinite(values_B)]
    if len(usable_B) < 0.95 * len(values_B) or np.ptp(usable_B) < 1e-12:
        return None, None
    whole = np.isfinite(left_C).all()
    return percentile(usable_B), bca(value, usable_B, left_C, class_C) if whole else None


def _special(seen: Seen, name: str, value: float, spread: float) -> Found:
    """The candidates of single measures; ``spread`` is the variance over patients."""
    cases, clustered = seen.cases, len(np.unique(seen.cases.patient_N)) < len(seen.cases.names)
    cutoff, _, kind = name.partition(" ")
    if name == "obuchowski":
        return {"logit": logit_bounds(value, spread)}
    if name == "balanced_accuracy":
        counts_KK = confusion(cases.true_N, cases.predicted_N, len(seen.grouping))
        combined = combined_wilson(np.diag(counts_KK), counts_KK.sum(axis=1))
        return {} if clustered else {"combined Wilson": combined}
    if kind == "auc":
        cut = seen.cuts[cutoff]
        if not clustered:
            return {"logit-DeLong": logit_bounds(value, delong_variance(cut.score_N, cut.positive_N))}
        newcombe = area_bounds(value, spread, cut.score_N, cut.positive_N, cases.patient_N)
        return {"logit": logit_bounds(value, spread), "clustered Newcombe": newcombe}
    if not clustered or not (kind or name == "accuracy"):
        return {}
    of_N = np.ones(len(cases.names), dtype=np.bool_)
    if kind:
        called_N = operating.called(seen.cuts[cutoff].score_N, seen.thresholds[cutoff])
        of_N = operating.selections(seen.cuts[cutoff].positive_N, called_N)[kind][1]
    return {"clustered Wilson": share_bounds(value, spread, cases.patient_N[of_N])}


def _calibration(seen: Seen) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name, cut in seen.cuts.items():
        for key, fit in (("slope", calibration.slope), ("intercept", calibration.intercept)):
            measure = fit(cut.score_N, cut.positive_N, seen.cases.patient_N)
            robust = None if measure.low is None or measure.high is None else (measure.low, measure.high)
            plain = None if measure.value is None else wald(cut, key, measure.value)
            found[f"{name} {key}"] = {"robust Wald": robust, "Wald": plain}
    return found


def logit_bounds(value: float, spread: float) -> Bounds | None:
    """Bounds of a value between 0 and 1 that is normal on the logit scale; none at 0 and 1."""
    if not 0 < value < 1 or not spread > 0:
        return None
    half = Z95 * spread**0.5 / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-half, half]))
    return float(low), float(high)


def combined_wilson(right_K: Ints, of_K: Ints) -> Bounds | None:
    """A mean of independent shares: MOVER with Wilson's bounds (Zou and Donner, Stat Med 27:1693, 2008)."""
    if not (of_K > 0).all():
        return None
    share_K = right_K / of_K
    bounds_K2 = np.array([wilson(right, of) for right, of in zip(right_K, of_K, strict=True)])
    down, up = ((share_K[:, None] - bounds_K2) ** 2).sum(axis=0) ** 0.5 / len(share_K)
    return float(share_K.mean() - down), float(share_K.mean() + up)


def wald(cut: Cut, key: str, value: float) -> Bounds:
    """Bounds of a slope or intercept with the variance of the logistic model."""
    x_N = logit(cut.score_N.clip(1e-6, 1 - 1e-6))
    x_N, offset_N = (x_N, value * x_N) if key == "slope" else (np.zeros_like(x_N), x_N)
    start = brentq(lambda a: float(expit(a + offset_N).sum() - cut.positive_N.sum()), -500, 500)
    p_N = expit(start + offset_N)
    design_N2 = np.column_stack((np.ones_like(x_N), x_N))[:, : 2 if key == "slope" else 1]
    spread = np.linalg.inv(design_N2.T @ (design_N2 * (p_N * (1 - p_N))[:, None]))[-1, -1]
    return value - Z95 * spread**0.5, value + Z95 * spread**0.5


def seen_of(cases: Cases, grouping: Grouping, thresholds: dict[str, float]) -> Seen:
    """A cohort with its cut-offs."""
    return Seen(cases, cuts_of(cases, grouping), thresholds, grouping)
