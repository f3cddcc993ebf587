"""Whether a good mask goes with a right class: the relation that the paper wants analysed.

Shapes: N images, B rows of case weights (draws of patients).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_image
from livernet.core.metrics.measure import Measure, missing
from livernet.core.metrics.ordinal import areas
from livernet.core.metrics.resample import Patients, Statistic, bootstrap, with_percentile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def quality_relation(rows: Sequence[Prediction]) -> dict[str, Any]:
    """How well each sign of quality tells right classes from wrong ones, image by image.

    The signs are ``dice`` (known only where there is an expert mask), ``mask_confidence`` (0 for an empty
    mask) and ``class_confidence`` (the largest class probability). ``auc`` is the chance that a rightly
    classified image has the higher sign than a wrongly classified one, ties one half; ``spearman`` the rank
    correlation of the sign with the probability of the true class. Intervals draw patients.

    Returns:
        ``images`` of known class, how many of them are ``right``, and for each sign ``n``, ``auc`` and
        ``spearman``; what has no value has a reason.
    """
    known = [row for row in rows if row.true_class is not None]
    cases = by_image(rows)
    right_N = cases.predicted_N == cases.true_N
    segments = any(row.mask_confidence is not None for row in rows)
    empty = 0.0 if segments else np.nan
    signs = {
        "dice": [np.nan if row.dice is None else row.dice for row in known],
        "mask_confidence": [empty if row.mask_confidence is None else row.mask_confidence for row in known],
        "class_confidence": cases.probability_NK.max(axis=1) if known else [],
    }
    of_true_N = cases.probability_NK[np.arange(len(known)), cases.true_N]
    found: dict[str, Any] = {"images": len(known), "right": int(right_N.sum())}
    for name, sign in signs.items():
        sign_N = np.asarray(sign, dtype=np.float64)
        there_N = np.isfinite(sign_N)
        patients = Patients.of(cases.patient_N[there_N], cases.true_N[there_N])
        found[name] = _relate(sign_N[there_N], right_N[there_N], of_true_N[there_N], patients)
    return found


def _relate(sign_N: Floats, right_N: Bools, of_true_N: Floats, patients: Patients) -> dict[str, Any]:
    statistics: dict[str, Statistic] = {
        "auc": partial(areas, sign_N.round(9), right_N),
        "spearman": partial(_spearmans, sign_N.round(9), of_true_N.round(9)),
    }
    unit_1N = np.ones((1, len(sign_N)))
    reasons = {"auc": _no_area(right_N), "spearman": _no_correlation(sign_N, of_true_N)}
    computable = {name: statistics[name] for name in statistics if not reasons[name]}
    values = bootstrap(computable, patients) if computable else {}
    measures = {
        name: with_percentile(Measure(value=float(statistic(unit_1N)[0])), values[name], patients)
        for name, statistic in computable.items()
    }
    return {"n": len(sign_N)} | {
        name: measures.get(name, missing(reason)).to_dict() for name, reason in reasons.items()
    }


def _no_area(right_N: Bools) -> str:
    if not len(right_N):
        return "no image has both this measure and a known class"
    if right_N.all():
        return "every class is right"
    return "" if right_N.any() else "every class is wrong"


def _no_correlation(sign_N: Floats, of_true_N: Floats) -> str:
    if len(sign_N) < 3:
        return "fewer than three images" if len(sign_N) else _no_area(np.zeros(0, dtype=np.bool_))
    flat = np.ptp(sign_N.round(9)) == 0 or np.ptp(of_true_N.round(9)) == 0
    return "all images have the same value" if flat else ""


def _spearmans(one_N: Floats, other_N: Floats, weights_BN: Floats) -> Floats:
    """Weighted rank correlations (B,), NaN where a side is constant; as scipy's, which has no weights."""
    total_B1 = weights_BN.sum(axis=1, keepdims=True)
    one_BN, other_BN = (
        ranks_BN - (weights_BN * ranks_BN).sum(axis=1, keepdims=True) / total_B1
        for ranks_BN in (_midranks(one_N, weights_BN), _midranks(other_N, weights_BN))
    )
    together_B = (weights_BN * one_BN * other_BN).sum(axis=1)
    spread_B = np.sqrt((weights_BN * one_BN**2).sum(axis=1) * (weights_BN * other_BN**2).sum(axis=1))
    correlations_B: Floats = together_B / np.where(spread_B > 1e-9, spread_B, np.nan)
    return correlations_B


def _midranks(value_N: Floats, weights_BN: Floats) -> Floats:
    """Ranks (B, N) where a case of weight w stands for w equal ones, but for a constant."""
    order_N = np.argsort(value_N, kind="stable")
    starts_N = np.flatnonzero(np.diff(value_N[order_N], prepend=-np.inf))
    sizes = np.diff(starts_N, append=len(value_N))
    tied_BG = np.add.reduceat(weights_BN[:, order_N], starts_N, axis=1)
    ranks_BN = np.empty_like(weights_BN)
    ranks_BN[:, order_N] = np.repeat(tied_BG.cumsum(axis=1) - tied_BG / 2, sizes, axis=1)
    return ranks_BN
