"""What is scored: images as they are, or patients made of their images.

Shapes: N cases, K classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rule = Callable[[Floats], tuple[Floats, int]]
"""Makes the probabilities (K,) and the class of a patient of the probabilities of his images (M, K)."""


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The cases of one model whose true class is known."""

    names: tuple[str, ...]
    """Images or patients."""
    true_N: Ints
    """True class."""
    probability_NK: Floats
    """Class probabilities, calibrated where all rows have them."""
    predicted_N: Ints
    """The most probable class; of two equal ones the milder."""
    stage_N: Ints
    """True METAVIR stage; -1 where unknown, or where the images of a patient differ in it."""
    patient_N: Ints
    """Number of the patient, counted from 0 in order of appearance."""
    folds: tuple[tuple[int | None, ...], ...]
    """Fold of each image of a case."""


def calibrated(rows: Sequence[Prediction]) -> bool:
    """Whether every row has calibrated probabilities, which are then the ones scored."""
    return bool(rows) and all(row.calibrated is not None for row in rows)


def by_image(rows: Sequence[Prediction]) -> Cases:
    """One case a row; rows without a known class are left out."""
    known = [row for row in rows if row.true_class is not None]
    use_calibrated = calibrated(rows)
    numbers: dict[str, int] = {}
    probabilities = [
        (row.calibrated or row.probabilities) if use_calibrated else row.probabilities for row in known
    ]
    probability_NK = np.asarray(probabilities or np.zeros((0, 0)), dtype=np.float64)
    return Cases(
        names=tuple(row.image for row in known),
        true_N=_whole([row.true_class or 0 for row in known]),
        probability_NK=probability_NK,
        predicted_N=_most_probable(probability_NK),
        stage_N=_whole([-1 if row.stage is None else row.stage for row in known]),
        patient_N=_whole([numbers.setdefault(patient_key(row), len(numbers)) for row in known]),
        folds=tuple((row.fold,) for row in known),
    )


def mean_rule(probability_MK: Floats) -> tuple[Floats, int]:
    """The mean probabilities and their most probable class: the primary rule."""
    mean_1K = probability_MK.mean(axis=0, keepdims=True)
    return mean_1K[0], int(_most_probable(mean_1K)[0])


def majority_rule(probability_MK: Floats) -> tuple[Floats, int]:
    """Every image votes; the shares of the votes are the probabilities, a tie goes to the milder class."""
    votes_K = np.bincount(_most_probable(probability_MK), minlength=probability_MK.shape[1])
    return votes_K / len(probability_MK), int(votes_K.argmax())


def worst_rule(probability_MK: Floats) -> tuple[Floats, int]:
    """The severest image at every cut-off, and the severest class that any image was given.

    P(class >= k) is the largest of the images', so the result is a probability of each class again.
    """
    above_MK = probability_MK[:, ::-1].cumsum(axis=1)[:, ::-1]
    worst_K = np.append(above_MK.max(axis=0), 0.0)
    return worst_K[:-1] - worst_K[1:], int(_most_probable(probability_MK).max())


def by_patient(rows: Sequence[Prediction], rule: Rule = mean_rule) -> Cases:
    """One case a patient, made of the patient's images by ``rule``: the mean of their probabilities.

    A row without a patient is a patient of its own.

    Raises:
        DataError: a patient has images of two classes.
    """
    images = by_image(rows)
    if not images.names:
        return images
    known = [row for row in rows if row.true_class is not None]
    members: list[list[int]] = [[] for _ in range(int(images.patient_N.max()) + 1)]
    for index, patient in enumerate(images.patient_N):
        members[patient].append(index)
    for indices in members:
        if len(set(images.true_N[indices].tolist())) > 1:
            raise DataError(
                f"patient {known[indices[0]].patient!r}: its images have different true classes",
                "give every patient one biopsy stage in the manifest, and repeat the run",
            )
    made = [rule(images.probability_NK[indices]) for indices in members]
    stages = [set(images.stage_N[indices].tolist()) for indices in members]
    return Cases(
        names=tuple(patient_key(known[indices[0]]) for indices in members),
        true_N=_whole([images.true_N[indices[0]] for indices in members]),
        probability_NK=np.stack([probability_K for probability_K, _ in made]),
        predicted_N=_whole([predicted for _, predicted in made]),
        stage_N=_whole([found.pop() if len(found) == 1 else -1 for found in stages]),
        patient_N=np.arange(len(members)),
        folds=tuple(tuple(known[i].fold for i in indices) for indices in members),
    )


def patient_key(row: Prediction) -> str:
    """The patient of a row, or the image where the patient is not known."""
    return row.patient or f"image {row.image}"


def _most_probable(probability_NK: Floats) -> Ints:
    """The class of the largest probability; rounded, so that a tie on paper is one, and the milder first."""
    return _whole(probability_NK.round(9).argmax(axis=1) if len(probability_NK) else ())


def _whole(values: ArrayLike) -> Ints:
    return np.asarray(values, dtype=np.int64)
