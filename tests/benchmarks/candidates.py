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
from livernet.core.metrics.clustered import area_bounds, delong_variance, share_bounds
from livernet.core.metrics.cuts import Cut, cuts_of
from livernet.core.metrics.intervals import Z95
from livernet.core.metrics.resample import (
    SEED,
    Patients,
    bca,
    bootstrap,
    evaluate,
    jackknife,
    percentile,
    variance,
)
from livernet.core.metrics.unit import Wanted
from livernet.core.stages import Grouping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bounds = tuple[float, float]
Found = dict[str, Bounds | None]

DRAWS = 1000
_CLOSED = {"auc": "Newcombe", "balanced_accuracy": "combined Wilson"}
_NO_FIT: Found = {"Wald": None, "robust Wald": None}


class Seen(NamedTuple):
    """One cohort and what is needed of it."""

    cases: Cases
    cuts: dict[str, Cut]
    thresholds: dict[str, float]
    grouping: Grouping


def bounds_of(seen: Seen, wanted: dict[str, Wanted]) -> dict[str, Found]:
    """By measure and candidate: the bounds, or nothing where the candidate gives none."""
    known = {name: want for name, want in wanted.items() if want.measure.value is not None}
    statistics = {name: want.statistic for name, want in known.items()}
    patients = Patients.of(seen.cases.patient_N, seen.cases.true_N)
    left = jackknife(statistics, patients)
    drawn = bootstrap(statistics, patients, draws=DRAWS)
    within = evaluate(statistics, draw_within(patients.class_C, DRAWS, SEED), patients)
    found: dict[str, Found] = {}
    for name, want in known.items():
        value, fixed_C = float(want.measure.value or 0), centred(left[name], patients.class_C)
        labels = ("percentile", "BCa", "percentile within classes", "BCa within classes")
        bounds = _resampled(value, drawn[name], left[name]) + _resampled(value, within[name], fixed_C)
        found[name] = dict(zip(labels, bounds, strict=True))
        if want.measure.low is not None and want.measure.high is not None:
            closed = _CLOSED.get(name.rpartition(" ")[2], "Wilson")
            found[name][closed] = (want.measure.low, want.measure.high)
        spreads = variance(left[name]), variance_within(left[name], patients.class_C)
        found[name] |= _special(seen, name, value, *spreads)
    return found | _calibration(seen)


def _resampled(value: float, values_B: Floats, left_C: Floats) -> tuple[Bounds | None, Bounds | None]:
    usable_B = values_B[np.isfinite(values_B)]
    if len(usable_B) < 0.95 * len(values_B) or np.ptp(usable_B) < 1e-12:
        return None, None
    return percentile(usable_B), bca(value, usable_B, left_C) if np.isfinite(left_C).all() else None


def _special(seen: Seen, name: str, value: float, spread: float, within: float) -> Found:
    """The candidates of single measures; the variances are those over patients, and within their classes."""
    cases, clustered = seen.cases, len(np.unique(seen.cases.patient_N)) < len(seen.cases.names)
    cutoff, _, kind = name.partition(" ")
    if name == "obuchowski":
        return {"logit": logit_bounds(value, within)}
    if kind == "auc":
        cut = seen.cuts[cutoff]
        if not clustered:
            return {"logit-DeLong": logit_bounds(value, delong_variance(cut.score_N, cut.positive_N))}
        of = (cut.score_N, cut.positive_N, cases.patient_N)
        return {
            "logit": logit_bounds(value, within),
            "clustered Newcombe": area_bounds(value, spread, *of),
            "clustered Newcombe within classes": area_bounds(value, within, *of),
        }
    if not clustered or not (kind or name == "accuracy"):
        return {}
    of_N = np.ones(len(cases.names), dtype=np.bool_)
    if kind:
        called_N = operating.called(seen.cuts[cutoff].score_N, seen.thresholds[cutoff])
        of_N = operating.selections(seen.cuts[cutoff].positive_N, called_N)[kind][1]
    return {
        "clustered Wilson": share_bounds(value, spread, cases.patient_N[of_N]),
        "clustered Wilson within classes": share_bounds(value, within, cases.patient_N[of_N]),
    }


def _calibration(seen: Seen) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name, cut in seen.cuts.items():
        patient_N = seen.cases.patient_N
        for key, fit in (("slope", calibration.slope), ("intercept", calibration.intercept)):
            value = fit(cut.score_N, cut.positive_N, patient_N).value
            found[f"{name} {key}"] = wald(cut, patient_N, key, value) if value is not None else _NO_FIT
    return found


def logit_bounds(value: float, spread: float) -> Bounds | None:
    """Bounds of a value between 0 and 1 that is normal on the logit scale; none at 0 and 1."""
    if not 0 < value < 1 or not spread > 0:
        return None
    half = Z95 * spread**0.5 / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-half, half]))
    return float(low), float(high)


def draw_within(class_C: Ints, draws: int, seed: int) -> NDArray[np.uint16]:
    """How often each patient is drawn (B, C), each class keeping its number of patients."""
    rng = np.random.default_rng(seed)
    counts_BC = np.zeros((draws, len(class_C)), dtype=np.uint16)
    for label in np.unique(class_C):
        members = np.flatnonzero(class_C == label)
        for number, places in enumerate(rng.integers(0, len(members), (draws, len(members)))):
            counts_BC[number, members] = np.bincount(places, minlength=len(members))
    return counts_BC


def centred(left_C: Floats, class_C: Ints) -> Floats:
    """Jackknife values less their mean within the class: the influence if class sizes are fixed."""
    moved_C = left_C.copy()
    for label in np.unique(class_C):
        moved_C[class_C == label] -= left_C[class_C == label].mean()
    return moved_C


def variance_within(left_C: Floats, class_C: Ints) -> float:
    """Jackknife variance of a statistic of several samples, one a class."""
    groups = [left_C[class_C == label] for label in np.unique(class_C)]
    return sum((len(own) - 1) * float(own.var()) for own in groups)


def wald(cut: Cut, patient_N: Ints, key: str, value: float) -> Found:
    """Bounds of a slope or intercept by the model's variance, the robust one and the larger of both."""
    x_N = logit(cut.score_N.clip(1e-6, 1 - 1e-6))
    x_N, offset_N = (x_N, value * x_N) if key == "slope" else (np.zeros_like(x_N), x_N)
    start = brentq(lambda a: float(expit(a + offset_N).sum() - cut.positive_N.sum()), -500, 500)
    p_N = expit(start + offset_N)
    design_ND = np.column_stack((np.ones_like(x_N), x_N))[:, : 2 if key == "slope" else 1]
    bread = np.linalg.inv(design_ND.T @ (design_ND * (p_N * (1 - p_N))[:, None]))
    pulls_CD = np.zeros((int(patient_N.max()) + 1, design_ND.shape[1]))
    np.add.at(pulls_CD, patient_N, design_ND * (cut.positive_N - p_N)[:, None])
    model, robust = bread[-1, -1], (bread @ (pulls_CD.T @ pulls_CD) @ bread)[-1, -1]
    halves = {"Wald": model, "robust Wald": robust}
    if len(np.unique(patient_N)) < len(patient_N):
        halves["larger Wald"] = max(model, robust)
    return {label: (value - Z95 * s**0.5, value + Z95 * s**0.5) for label, s in halves.items()}


def seen_of(cases: Cases, grouping: Grouping, thresholds: dict[str, float]) -> Seen:
    """A cohort with its cut-offs."""
    return Seen(cases, cuts_of(cases, grouping), thresholds, grouping)
