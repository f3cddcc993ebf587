"""Temperature and thresholds of a fold, fitted on what the other folds said of other patients.

Every image is predicted by a network that never saw it, so no image is held back for the fit; and no patient
is in the fit that is applied to him.
Temperature: Guo et al., ICML 2017. Threshold: Youden, Cancer 3:32, 1950.

Shapes: N images, K classes.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import roc_curve

from livernet.core.data.predictions import Prediction, most_probable
from livernet.core.infer.calibration import COOLEST, FLOOR, HOTTEST, NEW_SCANS, Calibration
from livernet.core.metrics.cases import by_image, by_patient, patient_key
from livernet.core.metrics.cuts import Cut, cuts_of
from livernet.core.stages import Grouping

METHOD = "temperature, fitted on the other folds"
FEWEST = 10
"""Patients without whom one number cannot be fitted."""


def calibrate_folds(
    rows: Sequence[Prediction], grouping: Grouping
) -> tuple[tuple[Prediction, ...], dict[str, Any]]:
    """Calibrate the out-of-fold predictions of one network; the second value is their ``calibration_fit``.

    A fold's patients are left out of its fit, wherever else they were predicted. Where no fold's temperature
    could be fitted the rows stay raw.
    """
    folds = sorted({row.fold for row in rows if row.fold is not None})
    fits: dict[int | None, Calibration] = {}
    for fold in folds:
        tested = {patient_key(row) for row in rows if row.fold == fold}
        others = [row for row in rows if row.fold != fold and patient_key(row) not in tested]
        fits[fold] = fit_calibration(others, grouping)
    described = {
        "method": METHOD,
        "folds": [{"fold": fold} | fits[fold].to_dict() for fold in folds],
        "all": fit_calibration(rows, grouping).to_dict() | {"basis": NEW_SCANS},
    }
    if not any(fit.fitted for fit in fits.values()):
        return tuple(rows), described
    return tuple(calibrate(row, fits[row.fold]) for row in rows), described


def calibrate(row: Prediction, fit: Calibration) -> Prediction:
    """The row with calibrated probabilities; the class stays, but for ties in the digits of the file."""
    calibrated = fit.apply(row.probabilities)
    return replace(row, calibrated=calibrated, predicted=most_probable(calibrated))


def fit_calibration(rows: Sequence[Prediction], grouping: Grouping) -> Calibration:
    """Fit on rows with a known class, patients weighing the same; the identity, and why, where it cannot be.

    The temperature minimises the log loss, between 0.25 and 10. The threshold of a cut-off maximises
    sensitivity + specificity - 1 over patients (mean calibrated probability of their images); of equally good
    ones the lowest, which misses fewest.
    """
    known = [replace(row, calibrated=None) for row in rows if row.true_class is not None]
    patients = len({patient_key(row) for row in known})
    temperature, reason = _fit_temperature(known, patients)
    fit = Calibration(temperature=temperature, patients=patients, reason=reason)
    applied = [replace(row, calibrated=fit.apply(row.probabilities)) for row in known]
    cuts = cuts_of(by_patient(applied), grouping)
    return replace(fit, thresholds={name: _youden(cut) for name, cut in cuts.items()})


def _fit_temperature(rows: Sequence[Prediction], patients: int) -> tuple[float, str]:
    if patients < FEWEST:
        return 1.0, f"{patients} patients of known stage are too few, {FEWEST} are needed"
    cases = by_image(rows)
    if len(np.unique(cases.true_N)) < 2:
        return 1.0, "all patients are of one class"
    log_NK = np.log(np.clip(cases.probability_NK, FLOOR, None))
    right_N = log_NK[np.arange(len(log_NK)), cases.true_N]
    others_NK = log_NK.copy()
    others_NK[np.arange(len(log_NK)), cases.true_N] = -np.inf
    if (right_N > others_NK.max(axis=1)).all():
        return 1.0, "every image is right: how much to trust a wrong answer cannot be learnt from it"
    if np.ptp(log_NK, axis=0).max() < 1e-6:
        return 1.0, "all images have the same probabilities"
    weight_N = _patient_weights(rows)

    def loss(log_temperature: float) -> float:
        scaled_NK = log_softmax(log_NK / math.exp(log_temperature), axis=1)
        return -float(weight_N @ scaled_NK[np.arange(len(scaled_NK)), cases.true_N])

    bounds = (math.log(COOLEST), math.log(HOTTEST))
    best = float(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x)
    for end in (COOLEST, HOTTEST):
        if abs(best - math.log(end)) < 1e-3:  # exactly, so that folds at the end are calibrated alike
            return end, "at the end of the range"
    return round(math.exp(best), 6), ""


def _patient_weights(rows: Sequence[Prediction]) -> NDArray[np.float64]:
    """Weights (N,) that give every patient the same, and sum to 1."""
    counts = Counter(patient_key(row) for row in rows)
    return np.asarray([1 / (counts[patient_key(row)] * len(counts)) for row in rows])


def _youden(cut: Cut) -> float | None:
    """The best threshold, or ``None`` where all patients are on one side of the cut-off."""
    if cut.positive_N.all() or not cut.positive_N.any():
        return None
    false_rate, true_rate, threshold = roc_curve(cut.positive_N, cut.score_N)
    gain = (true_rate - false_rate).round(9)
    return float(threshold[np.flatnonzero(gain == gain.max())[-1]])
