"""Patients, folds and questions without pictures, for tests of what audits ask of features."""

from collections.abc import Sequence

import numpy as np

from livernet.core.audits.questions import Trial, make_questions, make_subjects
from livernet.core.data.manifest import Row
from livernet.core.data.splits import make_splits
from livernet.core.stages import Grouping

GROUPING = Grouping.parse("3")
PATIENTS = (13, 13, 14, 23, 15)


def make_rows(patients: Sequence[int] = PATIENTS, images: int = 1) -> list[Row]:
    """Rows of patients by stage, each with ``images`` images."""
    stages = np.repeat(range(len(patients)), patients).tolist()
    return [
        Row(image=f"images/{number:03d}-{k}.png", patient=f"P{number:03d}", stage=stage)
        for number, stage in enumerate(stages)
        for k in range(images)
    ]


def make_trial(
    patients: Sequence[int] = PATIENTS,
    images: int = 1,
    *,
    protocol: str = "patient",
    folds: int = 10,
    seed: int = 0,
    copies: Sequence[Sequence[int]] = (),
) -> Trial:
    """A cohort of ``make_rows`` divided into folds."""
    rows = make_rows(patients, images)
    splits = make_splits(rows, GROUPING, protocol=protocol, folds=folds, seed=seed)
    return Trial(
        subjects=make_subjects(rows, GROUPING, copies),
        folds=splits.folds,
        questions=make_questions(GROUPING),
        seed=seed,
    )


def noise(trial: Trial, width: int, seed: int = 0, within: float = 0.3) -> np.ndarray:
    """Features that tell patients apart and say nothing of their stage, (N, width)."""
    rng = np.random.default_rng([seed, width])
    own = rng.normal(size=(len(trial.subjects.class_P), width))[trial.subjects.owner_N]
    return own + within * rng.normal(size=own.shape)
