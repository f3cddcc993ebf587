"""One answered scan: what is kept of it, and what its figure is drawn from.

Processes that draw import this without torch. Shape suffix: S side of the prepared picture.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.predictions import Prediction


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is kept of one answered scan."""

    prediction: Prediction
    """Its row of predictions.csv."""
    stem: str
    """What its files are called after."""
    cutoffs: dict[str, float]
    """P(>= Fk) by ``F1``..``F4``, calibrated where the run is, where the classes can express it."""
    liver_share: float
    """Share of the prepared picture that the predicted mask covers, 0..1."""
    folds: tuple[int, ...]
    """Which model files of the run answered."""
    trained: bool
    """Whether it was answered by networks that were trained on it, for want of others."""
    notice: str
    """What the reader must know: whether it was trained on; empty otherwise."""
    patches: str = ""
    """What a baseline's patches lay in: ``mask`` (predicted), ``sector`` or ``whole``; empty otherwise."""
    thresholds: Mapping[str, float | None] = field(default_factory=dict)
    """P(>= Fk) from which the run calls a patient positive; empty or ``None`` where it fixed none."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An answered scan with its pictures, handed over once and not kept."""

    finding: Finding
    """The answer."""
    image_SS: NDArray[np.uint8] = field(repr=False)
    """As the network saw it."""
    predicted_SS: NDArray[np.bool_] = field(repr=False)
    """Predicted mask of the prepared picture."""
    expert_SS: NDArray[np.bool_] | None = field(repr=False)
    """Expert mask, where the cohort has one."""


def hand_over(case: Case, on_case: Callable[[Case], None]) -> Finding:
    """Let ``on_case`` work on the pictures of a case; what is kept of it comes back."""
    on_case(case)
    return case.finding
