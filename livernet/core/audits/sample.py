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
    units, counts = np.unique(unit_N, return_counts=True)
    order = np.random.default_rng([seed, len(unit_N)]).permutation(len(units))
    many = max(1, int(np.searchsorted(counts[order].cumsum(), most, side="right")))
    drawn_N = np.isin(unit_N, units[order[:many]])
    return tuple(row for row, drawn in zip(subjects.images, drawn_N, strict=True) if drawn)
