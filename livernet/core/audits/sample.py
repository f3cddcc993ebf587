"""Which images the audits read: all, or in a large cohort as many patients as make some hundred images."""

import numpy as np

from livernet.core.audits.questions import Subjects

MOST = 600
"""Images that are read at most."""


def sample_images(subjects: Subjects, seed: int, most: int = MOST) -> tuple[int, ...]:
    """Manifest rows of ``subjects``, or of patients drawn at random until they have ``most`` images.

    A patient comes with all images, and patients who share a picture come together: what the folds do to
    them must be seen.
    """
    if len(subjects.images) <= most:
        return subjects.images
    unit_N = subjects.unit_P[subjects.owner_N]
    units = np.random.default_rng([seed, len(unit_N)]).permutation(np.unique(unit_N))
    held = np.cumsum([np.count_nonzero(unit_N == unit) for unit in units])
    drawn = units[: max(1, int(np.searchsorted(held, most, side="right")))]
    return tuple(
        row for row, unit in zip(subjects.images, unit_N, strict=True) if unit in set(drawn.tolist())
    )
