"""Models against each other on the same patients, and one model against itself over several seeds.

Differences are paired: a draw of the bootstrap is the same patients for both models. Near an AUC of 1 draws
hardly differ and would make limits far too narrow, so that those of AUCs are made of Newcombe's. Folds are no
independent repetitions (their training sets overlap): nothing is tested over folds.

Shapes: N patients, B draws.
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import Cases, by_patient
from livernet.core.metrics.classification import accuracy, auc, confusion
from livernet.core.metrics.cuts import cuts_of
from livernet.core.metrics.intervals import auc_interval
from livernet.core.metrics.measure import Measure, missing
from livernet.core.metrics.ordinal import areas
from livernet.core.metrics.resample import DRAWS, Patients, bootstrap, with_percentile
from livernet.core.stages import Grouping

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Limits = tuple[float, float, float]
MOVER = f"Newcombe's limits of both AUCs, their correlation by {DRAWS} draws of patients (MOVER)"
"""Covered 95.5 to 100 % of 400 cohorts of 78 patients (AUC 0.7 to 0.99); percentile and BCa 61 to 94 %."""
_NONE = "no patient of known stage was answered by both"


def compare_models(groups: Mapping[str, Sequence[Prediction]], grouping: Grouping) -> list[dict[str, Any]]:
    """Every other model (b) against the first one (a), on the patients that both answered.

    Args:
        groups: the rows of each model, by name.
        grouping: the classes of all of them.

    Returns:
        A comparison for each: ``patients`` in common, ``left_out`` that only one answered,
        ``accuracy_difference`` and ``auc_difference`` (a minus b, paired), and ``mcnemar``,
        the exact test on the patients that one alone got right; ``p_holm`` allows for all the comparisons.
    """
    cases = {name: by_patient(rows) for name, rows in groups.items()}
    names = list(cases)
    found = [_compare(names[0], other, cases, grouping) for other in names[1:]]
    adjusted = iter(holm([one["mcnemar"]["p"] for one in found if one["mcnemar"]["p"] is not None]))
    for one in found:
        one["mcnemar"]["p_holm"] = None if one["mcnemar"]["p"] is None else next(adjusted)
    return found


def training_variance(
    trainings: Mapping[str, Mapping[int, Sequence[Prediction]]], grouping: Grouping
) -> list[dict[str, Any]]:
    """Mean and standard deviation over seeds of accuracy and AUC per patient.

    A seed decides weights, augmentation and, in a cross-validation, the folds: all three are in the spread.

    Args:
        trainings: rows by name (of model and settings) and seed; a name with one seed is left out.
        grouping: the classes of all of them.
    """
    found = []
    for name, by_seed in trainings.items():
        if len(by_seed) < 2:
            continue
        each = [by_patient(rows) for rows in by_seed.values()]
        counts = [confusion(cases.true_N, cases.predicted_N, len(grouping)) for cases in each]
        cuts = [cuts_of(cases, grouping) for cases in each]
        areas_of = {
            cutoff: [auc(cut[cutoff].score_N, cut[cutoff].positive_N, interval=False) for cut in cuts]
            for cutoff in cuts[0]
        }
        found.append(
            {
                "name": name,
                "seeds": list(by_seed),
                "accuracy": _over_seeds([accuracy(one, interval=False) for one in counts]),
                "auc": {cutoff: _over_seeds(measures) for cutoff, measures in areas_of.items()},
            }
        )
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values, in the order given (Holm, Scand J Stat 6:65, 1979)."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    raised = np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * factors)
    adjusted = np.empty(len(p_values))
    adjusted[order] = raised.clip(max=1)
    return [float(value) for value in adjusted]


def _compare(name_a: str, name_b: str, cases: Mapping[str, Cases], grouping: Grouping) -> dict[str, Any]:
    a, b = cases[name_a], cases[name_b]
    in_a, in_b = _in_common(a, b)
    true_N = a.true_N[in_a]
    right_a, right_b = a.predicted_N[in_a] == true_N, b.predicted_N[in_b] == true_N
    gain_N = right_a.astype(np.float64) - right_b
    patients = Patients.of(np.arange(len(true_N)), true_N)
    cuts_b = cuts_of(b, grouping)
    areas_of = {
        cutoff: _auc_difference(
            cut.score_N[in_a], cuts_b[cutoff].score_N[in_b], cut.positive_N[in_a], patients
        )
        for cutoff, cut in cuts_of(a, grouping).items()
    }
    return {
        "a": name_a,
        "b": name_b,
        "patients": len(true_N),
        "left_out": len(a.names) + len(b.names) - 2 * len(true_N),
        "accuracy_difference": _accuracy_difference(gain_N, patients).to_dict(),
        "auc_difference": {cutoff: measure.to_dict() for cutoff, measure in areas_of.items()},
        "mcnemar": _mcnemar(int((gain_N > 0).sum()), int((gain_N < 0).sum()), len(true_N)),
    }


def _in_common(a: Cases, b: Cases) -> tuple[Ints, Ints]:
    """Places in a and in b of the patients that both have, of the same true class."""
    places = {name: place for place, name in enumerate(b.names)}
    both = [(n, places[name]) for n, name in enumerate(a.names) if name in places]
    pairs_N2 = np.asarray([(n, m) for n, m in both if a.true_N[n] == b.true_N[m]], dtype=np.int64).reshape(
        -1, 2
    )
    return pairs_N2[:, 0], pairs_N2[:, 1]


def _accuracy_difference(gain_N: Floats, patients: Patients) -> Measure:
    if not len(gain_N):
        return missing(_NONE)
    means_B = bootstrap({"mean": lambda drawn_BN: drawn_BN @ gain_N / len(gain_N)}, patients)["mean"]
    return with_percentile(Measure(value=float(gain_N.mean())), means_B, patients)


def _auc_difference(score_a_N: Floats, score_b_N: Floats, positive_N: Bools, patients: Patients) -> Measure:
    a, b = (auc(score_N, positive_N, interval=False) for score_N in (score_a_N, score_b_N))
    if a.value is None or b.value is None:
        return missing(str(a.reason) if len(positive_N) else _NONE)
    drawn = bootstrap(
        {"a": partial(areas, score_a_N, positive_N), "b": partial(areas, score_b_N, positive_N)}, patients
    )
    measure = with_percentile(Measure(value=a.value - b.value), drawn["a"] - drawn["b"], patients)
    if measure.low is None:
        return measure
    sizes = int(positive_N.sum()), int((~positive_N).sum())
    limits_a, limits_b = ((value, *auc_interval(value, *sizes)) for value in (a.value, b.value))
    varied = min(np.ptp(drawn["a"]), np.ptp(drawn["b"])) > 0
    correlation = float(np.corrcoef(drawn["a"], drawn["b"])[0, 1]) if varied else 0.0
    return measure.within(mover(limits_a, limits_b, correlation), MOVER)


def mover(a: Limits, b: Limits, correlation: float) -> tuple[float, float]:
    """Limits of a - b from those of a and of b and their correlation.

    Zou and Donner, Stat Med 27:1693, 2008.

    Args:
        a: value, lower and upper limit.
        b: the same of the other.
        correlation: of both estimates.
    """

    def reach(from_a: float, from_b: float) -> float:
        return math.sqrt(max(0.0, from_a**2 - 2 * correlation * from_a * from_b + from_b**2))

    (value_a, low_a, high_a), (value_b, low_b, high_b) = a, b
    low = value_a - value_b - reach(value_a - low_a, high_b - value_b)
    return low, value_a - value_b + reach(high_a - value_a, value_b - low_b)


def _mcnemar(a_only: int, b_only: int, patients: int) -> dict[str, Any]:
    """The exact test (binomial, one half) on the patients that one model alone got right."""
    found = {"a_only": a_only, "b_only": b_only}
    if not patients:
        return found | {"p": None, "reason": _NONE}
    p = binomtest(a_only, a_only + b_only).pvalue if a_only + b_only else 1.0
    return found | {"p": float(p)}


def _over_seeds(measures: Sequence[Measure]) -> dict[str, Any]:
    values = [measure.value for measure in measures if measure.value is not None]
    if len(values) < 2:
        reason = next((measure.reason for measure in measures if measure.reason), None)
        return {"mean": None, "sd": None, "n": len(values), "reason": reason}
    return {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1)), "n": len(values)}
