"""``predictions.csv``: one row an image and model, written by ``cv`` and ``predict``, read by ``report``."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from livernet.core.data.table import read_table
from livernet.core.errors import DataError, FaultsError
from livernet.core.files import write_csv
from livernet.core.stages import STAGES, parse_stage

PREDICTIONS = "predictions.csv"
_FIXED = ("model", "fold", "seed", "image", "patient", "stage", "class")
_LAST = ("predicted", "dice", "mask_confidence")
_HINT = "the file was changed or damaged: delete it and repeat the command that wrote it"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What one model said of one image."""

    model: str
    """Name of the network, e.g. ``livernet``."""
    fold: int | None
    """The fold whose model answered; ``None`` for an ensemble or a single model."""
    seed: int
    """Seed of the run."""
    image: str
    """Path relative to the manifest, or name of the scan."""
    patient: str
    """Pseudonym; empty where unknown."""
    stage: int | None
    """True METAVIR stage 0..4; ``None`` where unknown."""
    true_class: int | None
    """Class of the true stage; ``None`` where unknown."""
    probabilities: tuple[float, ...]
    """Raw class probabilities, length K."""
    calibrated: tuple[float, ...] | None = None
    """Calibrated class probabilities, length K; ``None`` where not calibrated."""
    predicted: int
    """The most probable class."""
    dice: float | None = None
    """Dice of the predicted against the expert mask; ``None`` without an expert mask."""
    mask_confidence: float | None = None
    """Mean probability inside the predicted mask; ``None`` where the mask is empty."""


def write_predictions(path: Path, rows: Sequence[Prediction]) -> None:
    """Write predictions of one class grouping as CSV, probabilities to six decimals."""
    classes = len(rows[0].probabilities)
    header = (*_FIXED, *(f"p{k}" for k in range(classes)), *(f"c{k}" for k in range(classes)), *_LAST)
    write_csv(path, header, [_fields(row) for row in rows])


def read_predictions(path: Path) -> tuple[Prediction, ...]:
    """Read predictions back.

    Raises:
        DataError: the file cannot be read or has another header.
        FaultsError: values are missing or out of range; every fault is listed by row.
    """
    table = read_table(path, (*_FIXED, "p0", "p1", "c0", "c1", *_LAST), _HINT)
    if not table.rows:
        raise DataError(f"{path}: has no rows", _HINT)
    classes = sum(f"p{k}" in table.columns for k in range(len(STAGES)))
    rows: list[Prediction] = []
    faults = list(table.faults)
    for number, record in table.rows:
        try:
            rows.append(_prediction(record, classes))
        except (KeyError, ValueError) as error:
            faults.append(f"row {number}: {error}")
    if faults:
        raise FaultsError(f"{path}: {len(faults)} fault{'s' * (len(faults) > 1)}", faults, _HINT)
    return tuple(rows)


def _fields(row: Prediction) -> tuple[object, ...]:
    stage = "" if row.stage is None else STAGES[row.stage]
    calibrated = row.calibrated or ("",) * len(row.probabilities)
    fixed = (row.model, row.fold, row.seed, row.image, row.patient, stage, row.true_class)
    last = (row.predicted, row.dice, row.mask_confidence)
    return tuple(_text(value) for value in (*fixed, *row.probabilities, *calibrated, *last))


def _text(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else value


def _prediction(record: Mapping[str, str], classes: int) -> Prediction:
    probabilities = tuple(_fraction(record, f"p{k}") for k in range(classes))
    if abs(sum(probabilities) - 1) > 1e-3:
        raise ValueError(f"p0..p{classes - 1} sum to {sum(probabilities):.4f}, not 1")
    calibrated = tuple(_fraction(record, f"c{k}") for k in range(classes)) if record["c0"] else None
    predicted = _index(record["predicted"], classes)
    if predicted is None:
        raise ValueError("predicted is empty")
    return Prediction(
        model=record["model"],
        fold=int(record["fold"]) if record["fold"] else None,
        seed=int(record["seed"]),
        image=record["image"],
        patient=record["patient"],
        stage=parse_stage(record["stage"]),
        true_class=_index(record["class"], classes),
        probabilities=probabilities,
        calibrated=calibrated,
        predicted=predicted,
        dice=_fraction(record, "dice") if record["dice"] else None,
        mask_confidence=_fraction(record, "mask_confidence") if record["mask_confidence"] else None,
    )


def _fraction(record: Mapping[str, str], column: str) -> float:
    value = float(record[column])
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise ValueError(f"{column} {record[column]!r} is not a number between 0 and 1")
    return value


def _index(text: str, classes: int) -> int | None:
    if not text:
        return None
    value = int(text)
    if not 0 <= value < classes:
        raise ValueError(f"class {text!r} is not one of 0..{classes - 1}")
    return value
