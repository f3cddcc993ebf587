"""Whether the probabilities mean what they say: logistic recalibration and the reliability plot.

Shapes: N cases.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from livernet.core.metrics.clustered import copies_effect
from livernet.core.metrics.intervals import Z95, wilson
from livernet.core.metrics.measure import Measure, missing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WALD = "Wald interval of the logistic model"
ROBUST = "Wald interval, variance robust to several images of a patient and to a wrong slope"
LARGER = "Wald interval, the larger of the model's variance and that over patients"
_EDGE = 1e-6
"""Probabilities are written to six decimals; 0 and 1 stand for half a unit of the last of them or less."""
_FURTHEST = 50.0


def slope(score_N: Floats, positive_N: Bools, patient_N: Ints) -> Measure:
    """Slope b of logit P(positive) = a + b logit(p): 1 is right, below 1 the probabilities are too extreme.

    Cox, Biometrika 45:562, 1958. The fit is scikit-learn's, without a penalty. Its variance is the model's;
    with several images of a patient the larger of it and the robust one, which few patients make too small.
    """
    reason = _one_sided(positive_N) or _separated(score_N, positive_N)
    if reason:
        return missing(reason)
    x_N = _logits(score_N)
    centre, scale = x_N.mean(), x_N.std()
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-9, max_iter=200)
    model.fit(((x_N - centre) / scale)[:, None], positive_N)
    design_N2 = np.column_stack((np.ones_like(x_N), (x_N - centre) / scale))
    fitted_N = model.predict_proba(design_N2[:, 1:])[:, 1]
    variance, method = _bread(design_N2, fitted_N)[1, 1], WALD
    if copies_effect(patient_N) > 1:
        variance = max(variance, _robust(design_N2, fitted_N, positive_N, patient_N)[1, 1])
        method = LARGER
    value = float(model.coef_[0, 0] / scale)
    half = Z95 * variance**0.5 / scale
    return Measure(value=value).within((value - half, value + half), method)


def intercept(score_N: Floats, positive_N: Bools, patient_N: Ints) -> Measure:
    """Calibration in the large: a of logit P(positive) = a + logit(p), the slope held at 1; 0 is right.

    Above 0 the probabilities are too low on the whole (Van Calster et al., BMC Medicine 17:230, 2019).
    """
    reason = _one_sided(positive_N)
    if reason:
        return missing(reason)
    x_N = _logits(score_N)

    def excess(a: float) -> float:
        return float(expit(a + x_N).sum() - positive_N.sum())

    value = float(brentq(excess, -_FURTHEST, _FURTHEST, xtol=1e-12))
    variance = _robust(np.ones((len(x_N), 1)), expit(value + x_N), positive_N, patient_N)[0, 0]
    half = Z95 * variance**0.5
    return Measure(value=value).within((value - half, value + half), ROBUST)


def reliability(score_N: Floats, positive_N: Bools, patient_N: Ints) -> list[dict[str, Any]]:
    """Observed against predicted shares in groups of about equal size, ten at most, ten cases or more each.

    Wilson intervals; where a patient has several images, as if these were copies.
    """
    if not len(score_N):
        return []
    groups = min(10, max(1, len(score_N) // 10))
    edges = np.unique(np.quantile(score_N, np.linspace(0, 1, groups + 1)))
    place_N = np.searchsorted(edges[1:-1], score_N, side="right")
    bins = []
    for place in np.unique(place_N):
        inside_N = place_N == place
        n, observed = int(inside_N.sum()), float(positive_N[inside_N].mean())
        worth = n / copies_effect(patient_N[inside_N])
        low, high = wilson(observed * worth, worth)
        bins.append(
            {
                "low": float(score_N[inside_N].min()),
                "high": float(score_N[inside_N].max()),
                "n": n,
                "predicted": float(score_N[inside_N].mean()),
                "observed": observed,
                "observed_low": low,
                "observed_high": high,
            }
        )
    return bins


def _logits(score_N: Floats) -> Floats:
    return np.asarray(logit(score_N.clip(_EDGE, 1 - _EDGE)), dtype=np.float64)


def _one_sided(positive_N: Bools) -> str:
    if not len(positive_N):
        return "no case has a known stage"
    if not positive_N.any():
        return "no case at or above the cut-off"
    return "no case below the cut-off" if positive_N.all() else ""


def _separated(score_N: Floats, positive_N: Bools) -> str:
    """Why a slope has no finite value; one covariate separates exactly where the groups do not overlap."""
    x_N = _logits(score_N)
    above, below = x_N[positive_N], x_N[~positive_N]
    if np.ptp(x_N) < 1e-9:
        return "all cases have the same probability"
    if above.min() >= below.max() or above.max() <= below.min():
        return "the probabilities separate the cases completely, so that the slope is not finite"
    return ""


def _bread(design_ND: Floats, fitted_N: Floats) -> Floats:
    """Covariance (D, D) of a logistic fit of independent cases, if the model is right."""
    return np.asarray(np.linalg.inv(design_ND.T @ (design_ND * (fitted_N * (1 - fitted_N))[:, None])))


def _robust(design_ND: Floats, fitted_N: Floats, positive_N: Bools, patient_N: Ints) -> Floats:
    """Covariance (D, D) of a logistic fit, by the sandwich over patients (Liang and Zeger, 1986)."""
    bread = _bread(design_ND, fitted_N)
    pull_ND = design_ND * (positive_N - fitted_N)[:, None]
    pulls_CD = np.zeros((int(patient_N.max()) + 1, design_ND.shape[1]))
    np.add.at(pulls_CD, patient_N, pull_ND)
    return np.asarray(bread @ (pulls_CD.T @ pulls_CD) @ bread, dtype=np.float64)
