"""What is scored: images as they are, or patients with the mean probability of their images.

Shapes: N cases, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import Prediction
from livernet.core.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The cases of one model whose true class is known."""

    names: tuple[str, ...]
    """Images or patients."""
    true_N: NDArray[np.int64]
    """True class."""
    probability_NK: NDArray[np.float64]
    """Class probabilities, calibrated where all rows have them."""
    predicted_N: NDArray[np.int64]
    """The most probable class; of two equal ones the milder."""


def calibrated(rows: Sequence[Prediction]) -> bool:
    """Whether every row has calibrated probabilities, which are then the ones scored."""
    return bool(rows) and all(row.calibrated is not None for row in rows)


def by_image(rows: Sequence[Prediction]) -> Cases:
    """One case a row; rows without a known class are left out."""
    known = [row for row in rows if row.true_class is not None]
    use_calibrated = calibrated(rows)
    return _cases(
        [row.image for row in known],
        [int(row.true_class or 0) for row in known],
        [(row.calibrated or row.probabilities) if use_calibrated else row.probabilities for row in known],
    )


def by_patient(rows: Sequence[Prediction]) -> Cases:
    """One case a patient: the mean of the probabilities of the patient's images.

    A row without a patient is a patient of its own.

    Raises:
        DataError: a patient has images of two classes.
    """
    images = by_image(rows)
    known = [row for row in rows if row.true_class is not None]
    members: dict[str, list[int]] = {}
    for index, row in enumerate(known):
        members.setdefault(patient_key(row), []).append(index)
    for indices in members.values():
        if len({known[i].true_class for i in indices}) > 1:
            raise DataError(
                f"patient {known[indices[0]].patient!r}: its images have different true classes",
                "give every patient one biopsy stage in the manifest, and repeat the run",
            )
    return _cases(
        list(members),
        [int(images.true_N[indices[0]]) for indices in members.values()],
        [tuple(images.probability_NK[indices].mean(axis=0).tolist()) for indices in members.values()],
    )


def patient_key(row: Prediction) -> str:
    """The patient of a row, or the image where the patient is not known."""
    return row.patient or f"image {row.image}"


def _cases(names: list[str], true: list[int], probabilities: list[tuple[float, ...]]) -> Cases:
    probability_NK = np.asarray(probabilities or np.zeros((0, 0)), dtype=np.float64)
    # Rounded, so that a tie on paper is a tie here; argmax then takes the milder class.
    predicted_N = probability_NK.round(9).argmax(axis=1) if names else np.zeros(0)
    return Cases(
        names=tuple(names),
        true_N=np.asarray(true, dtype=np.int64),
        probability_NK=probability_NK,
        predicted_N=predicted_N.astype(np.int64),
    )
