"""Decision curve: what acting on the probabilities is worth beside acting on everyone or on no one.

Shapes: N cases.
"""

import numpy as np
from numpy.typing import NDArray

from livernet.core.metrics.operating import called

Floats = NDArray[np.float64]
GRID = np.arange(1, 100) / 100


def decision_curve(score_N: Floats, positive_N: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Net benefit by threshold probability, TP/n - FP/n * pt/(1 - pt); acting on no one is worth 0.

    Vickers and Elkin, Med Decis Making 26:565, 2006. ``model`` acts where P >= pt, ``all`` on everyone. Empty
    where a side of the cut-off has no case.
    """
    if positive_N.all() or not positive_N.any():
        return []
    return [
        {
            "threshold": float(threshold),
            "model": _benefit(called(score_N, float(threshold)), positive_N, threshold),
            "all": _benefit(np.ones_like(positive_N), positive_N, threshold),
        }
        for threshold in GRID
    ]


def _benefit(acted_N: NDArray[np.bool_], positive_N: NDArray[np.bool_], threshold: float) -> float:
    gained, harmed = float(np.mean(acted_N & positive_N)), float(np.mean(acted_N & ~positive_N))
    return gained - harmed * threshold / (1 - threshold)
