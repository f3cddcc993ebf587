"""95 % intervals for proportions, their mean and an AUC of independent patients.

All are score intervals: they stay inside [0, 1] and have a width at the ends, where Wald, DeLong and the
bootstrap collapse to a point. What they cover is in ``.github/statistics.md``.
"""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

WILSON = "Wilson score interval"
NEWCOMBE = "Newcombe score interval for the Mann-Whitney statistic (method 5)"
COMBINED = "Wilson score intervals of the classes, combined (MOVER)"

Z95 = NormalDist().inv_cdf(0.975)
_EDGE = 1e-9


def wilson(successes: float, total: float, z: float = Z95) -> tuple[float, float]:
    """Bounds of a proportion ``successes / total`` (Wilson, J Am Stat Assoc 22:209, 1927).

    Raises:
        ValueError: ``total`` is not positive or ``successes`` is not between 0 and ``total``.
    """
    if not 0 <= successes <= total or total <= 0:
        raise ValueError(f"{successes} of {total} is no proportion")
    rate = successes / total
    centre = rate + z**2 / (2 * total)
    half = z * (rate * (1 - rate) / total + z**2 / (4 * total**2)) ** 0.5
    scale = 1 + z**2 / total
    # Rounding must not leave the rate itself outside where it is 0 or 1.
    return max(0.0, min(rate, (centre - half) / scale)), min(1.0, max(rate, (centre + half) / scale))


def combined_wilson(right_K: NDArray[np.int64], of_K: NDArray[np.int64]) -> tuple[float, float]:
    """Bounds of the mean of K independent proportions (MOVER; Zou and Donner, Stat Med 27:1693, 2008).

    Raises:
        ValueError: one of the proportions is of nothing.
    """
    share_K = right_K / of_K
    bounds_K2 = np.array([wilson(right, of) for right, of in zip(right_K, of_K, strict=True)])
    down, up = ((share_K[:, None] - bounds_K2) ** 2).sum(axis=0) ** 0.5 / len(share_K)
    return max(0.0, float(share_K.mean() - down)), min(1.0, float(share_K.mean() + up))


def auc_interval(auc: float, positives: float, negatives: float, z: float = Z95) -> tuple[float, float]:
    """Bounds of an AUC from independent cases (Newcombe, Stat Med 25:559, 2006, method 5).

    The bounds are the values t with ``|auc - t| = z sqrt(V(t))``, V being the Hanley-McNeil variance with
    both group sizes in its bracket replaced by their mean.

    Raises:
        ValueError: ``auc`` is outside [0, 1] or a group is empty.
    """
    if not 0 <= auc <= 1 or positives < 1 or negatives < 1:
        raise ValueError(f"AUC {auc} of {positives} against {negatives} cases is not possible")
    excess = (positives + negatives) / 2 - 1

    def distance(t: float) -> float:
        spread = 1 + excess * (1 - t) / (2 - t) + excess * t / (1 + t)
        return (auc - t) ** 2 - z**2 * t * (1 - t) * spread / (positives * negatives)

    low = _root(distance, 0.0, min(auc, 1 - _EDGE)) if auc > 0 else 0.0
    high = _root(distance, max(auc, _EDGE), 1.0) if auc < 1 else 1.0
    return low, high


def _root(distance: Callable[[float], float], low: float, high: float) -> float:
    """Where ``distance`` changes sign; it is negative at the estimate and positive at the outer end."""
    if distance(low) * distance(high) >= 0:
        return low if abs(distance(low)) < abs(distance(high)) else high
    return float(brentq(distance, low, high, xtol=1e-12))
