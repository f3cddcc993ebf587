"""What a run fitted to turn raw class probabilities into calibrated ones, and those into yes or no.

Apart from the fitting, which ``predict`` does not need: this imports neither scikit-learn nor scipy.
Shape: K classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livernet.core.errors import DataError
from livernet.core.files import read_json
from livernet.core.runs import SUMMARY

NEW_SCANS = "fitted on what single folds said of patients they had not seen"
COOLEST, HOTTEST = 0.25, 10.0
FLOOR = 1e-6
"""The smallest probability that predictions.csv can tell from 0."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What turns raw class probabilities into calibrated ones, and those into yes or no."""

    temperature: float = 1.0
    """The logarithms of the probabilities are divided by it; above 1 makes them less certain."""
    thresholds: Mapping[str, float | None] = field(default_factory=dict)
    """By cut-off, e.g. ``F2``: P(>= F2) from which a patient is called positive; ``None`` where unknown."""
    patients: int = 0
    """How many patients it was fitted on."""
    reason: str = ""
    """Why the temperature is not fitted (and 1) or at the end of its range; empty otherwise."""

    @property
    def fitted(self) -> bool:
        """Whether there is anything to apply."""
        return self.temperature != 1.0

    def apply(self, probabilities: Sequence[float]) -> tuple[float, ...]:
        """Calibrated class probabilities (K,) of raw ones."""
        if not self.fitted:
            return tuple(probabilities)
        odds = [max(value, FLOOR) ** (1 / self.temperature) for value in probabilities]
        return tuple(value / sum(odds) for value in odds)

    def to_dict(self) -> dict[str, Any]:
        """For summary.json."""
        found = {
            "temperature": self.temperature,
            "thresholds": dict(self.thresholds),
            "patients": self.patients,
        }
        return found | ({"reason": self.reason} if self.reason else {})


def read_calibration(run: Path, model: str) -> dict[int | None, Calibration]:
    """What a ``cv`` run fitted for a network, by fold, under ``None`` for new scans; empty for older runs.

    Raises:
        DataError: summary.json is damaged.
    """
    file = run / SUMMARY
    if not file.is_file():
        return {}
    try:
        described = read_json(file)["models"][model].get("calibration_fit")
        if described is None:
            return {}
        each = [(one["fold"], one) for one in described["folds"]]
        return {fold: _from_dict(one) for fold, one in [*each, (None, described["all"])]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{file}: does not say how {model} was calibrated ({error})",
            "the file was changed or damaged: delete it and repeat the command line of the run",
        ) from None


def _from_dict(described: Mapping[str, Any]) -> Calibration:
    fit = Calibration(
        temperature=float(described["temperature"]),
        thresholds={name: None if t is None else float(t) for name, t in described["thresholds"].items()},
        patients=int(described["patients"]),
        reason=str(described.get("reason", "")),
    )
    known = [t for t in fit.thresholds.values() if t is not None]
    if not COOLEST <= fit.temperature <= HOTTEST or not all(0 <= t <= 1 for t in known):
        raise ValueError("a temperature or threshold is out of range")
    return fit
