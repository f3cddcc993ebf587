"""Audit: stages dealt to the patients at random, learnt and tested with the cohort's own folds.

There is nothing to learn, so the AUC must be near 0.5. Where it is not, a fold tests what it was trained on:
images of one patient or copies of one picture lie on both sides, and a classifier sharp enough to know a
picture again answers with the stage it was told. Shape suffixes: N images, D features, M deals, Q questions.
"""

import numpy as np

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.questions import Trial
from livernet.core.audits.quick import (
    NARROW,
    PERMUTATIONS,
    Floats,
    cross_fitted_auc,
    permuted,
    what_is_asked,
)
from livernet.core.audits.rule import ONE_SIDED, too_few
from livernet.core.metrics.measure import Measure

MOST = 0.52
"""Mean AUC above which stages that mean nothing were predicted."""
_Z99 = 2.576


def audit_shuffled(texture_ND: Floats, trial: Trial, permutations: int = PERMUTATIONS) -> Audit:
    """Whether stages dealt at random can be "predicted" from the texture of the whole sector.

    Args:
        texture_ND: of the images of the trial's subjects, in their order.
        trial: patients, folds and questions; patients who share a picture are dealt one stage.
        permutations: how many deals.
    """
    subjects, asked = trial.subjects, what_is_asked(trial)
    reason = too_few(subjects) or ("" if asked else ONE_SIDED)
    if reason:
        return not_run("shuffled", reason)
    class_PM = permuted(subjects, permutations, trial.seed)[:, 1:]
    auc_M = cross_fitted_auc(texture_ND, subjects, trial.folds, asked, class_PM, NARROW).mean(axis=1)
    mean, error = float(auc_M.mean()), float(auc_M.std(ddof=1) / np.sqrt(len(auc_M)))
    leaks = mean > MOST and mean - _Z99 * error > 0.5
    measure = Measure(
        value=mean, low=mean - _Z99 * error, high=mean + _Z99 * error, method="99 % interval of the mean"
    )
    numbers = {
        "auc": measure.to_dict(),
        "permutations": len(auc_M),
        "null": auc_M.round(3).tolist(),
        "patients": len(subjects.class_P),
        "rule": f"fails where the mean AUC is above {MOST}",
    }
    if leaks:
        verdict = (
            f"Stages dealt at random are predicted with a mean AUC of {mean:.3f} instead of 0.5: "
            "pictures that are tested, or close relatives of them, were learnt from."
        )
        return found("shuffled", "failed", verdict, numbers)
    verdict = f"Stages dealt at random {len(auc_M)} times cannot be predicted: mean AUC {mean:.3f}."
    return found("shuffled", "passed", verdict, numbers)
