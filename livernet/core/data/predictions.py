"""``predictions.csv``: one row an image and model, written by ``cv`` and ``predict``, read by ``report``."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from livernet.core.data.table import read_table
from livernet.core.errors import DataError, FaultsError
from livernet.core.files import write_csv
from livernet.core.stages import STAGES, parse_stage

PREDICTIONS = "predictions.csv"
_FIXED = ("model", "fold", "seed", "image", "patient", "stage", "class")
_LAST = ("predicted", "dice", "hd95", "assd", "nsd", "unit", "mask_confidence", "patch_accuracy")
_FARTHEST = 1e5
"""mm or px; no picture is larger."""
_LATER = ("hd95", "assd", "nsd", "unit", "patch_accuracy")
"""Columns that files of earlier versions lack."""
_UNITS = ("", "mm", "px")
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
    """Class of the true stage; ``None`` where unknown, or where the network was taught no classes."""
    probabilities: tuple[float, ...]
    """Raw class probabilities, length K."""
    calibrated: tuple[float, ...] | None = None
    """Calibrated class probabilities, length K; ``None`` where not calibrated."""
    predicted: int
    """The most probable class, by the calibrated probabilities where there are some."""
    dice: float | None = None
    """Dice of the predicted against the expert mask; ``None`` without an expert mask."""
    hd95: float | None = None
    """95th percentile of the distance between the outlines of both masks, in ``unit``."""
    assd: float | None = None
    """Mean distance between the outlines of both masks, in ``unit``."""
    nsd: float | None = None
    """Share of both outlines within the tolerance of each other, 0..1."""
    unit: Literal["mm", "px", ""] = ""
    """Of the distances; empty where there are none."""
    mask_confidence: float | None = None
    """Mean probability inside the predicted mask; ``None`` where the mask is empty."""
    patch_accuracy: float | None = None
    """Share of the image's patches given its true class; ``None`` of a network that cuts none."""

    @property
    def best_probabilities(self) -> tuple[float, ...]:
        """The calibrated class probabilities, else the raw ones."""
        return self.calibrated or self.probabilities


def most_probable(probabilities: Sequence[float]) -> int:
    """The class to predict; of two equally probable ones the milder."""
    rounded = [round(value, 9) for value in probabilities]  # a tie on paper is a tie here
    return rounded.index(max(rounded))


def write_predictions(path: Path, rows: Sequence[Prediction]) -> None:
    """Write predictions of one class grouping as CSV, fractions and distances to six decimals."""
    classes = len(rows[0].probabilities)
    header = (*_FIXED, *(f"p{k}" for k in range(classes)), *(f"c{k}" for k in range(classes)), *_LAST)
    write_csv(path, header, [_fields(row) for row in rows])


def read_predictions(path: Path) -> tuple[Prediction, ...]:
    """Read predictions back; columns that earlier versions did not write may be absent.

    Raises:
        DataError: the file cannot be read or has another header.
        FaultsError: values are missing, out of range or contradict each other; every fault is listed by row.
    """
    always = tuple(name for name in _LAST if name not in _LATER)
    table = read_table(path, (*_FIXED, "p0", "p1", "c0", "c1", *always), _HINT)
    if not table.rows:
        raise DataError(f"{path}: has no rows", _HINT)
    classes = _count_classes(path, table.columns)
    rows: list[Prediction] = []
    faults = list(table.faults)
    for number, record in table.rows:
        try:
            rows.append(_prediction(dict.fromkeys(_LATER, "") | record, classes))
        except ValueError as error:
            faults.append(f"row {number}: {error}")
    if faults:
        raise FaultsError(f"{path}: {len(faults)} fault{'s' * (len(faults) > 1)}", faults, _HINT)
    return tuple(rows)


def _count_classes(path: Path, columns: Sequence[str]) -> int:
    """K, where the columns are p0..pK-1 and c0..cK-1."""
    raw, calibrated = ([name for name in columns if re.fullmatch(rf"{kind}\d+", name)] for kind in "pc")
    count = len(raw)
    wanted = [f"{kind}{k}" for kind in "pc" for k in range(count)]
    if sorted(raw + calibrated) != sorted(wanted) or count > len(STAGES):
        raise DataError(
            f"{path}: has the columns {', '.join(raw + calibrated)}, not one p and one c a class", _HINT
        )
    return count


def _fields(row: Prediction) -> tuple[object, ...]:
    stage = "" if row.stage is None else STAGES[row.stage]
    calibrated = row.calibrated or ("",) * len(row.probabilities)
    fixed = (row.model, row.fold, row.seed, row.image, row.patient, stage, row.true_class)
    last = (getattr(row, name) for name in _LAST)
    return tuple(_text(value) for value in (*fixed, *row.probabilities, *calibrated, *last))


def _text(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else value


def _prediction(record: Mapping[str, str], classes: int) -> Prediction:
    for column in ("model", "image", "seed", "predicted"):
        if not record[column]:
            raise ValueError(f"{column} is empty")
    probabilities = _distribution(record, "p", classes)
    filled = any(record[f"c{k}"] for k in range(classes))
    calibrated = _distribution(record, "c", classes) if filled else None
    predicted = _whole(record, "predicted", classes)
    _check_predicted(predicted, calibrated or probabilities, "p" if calibrated is None else "c")
    if record["unit"] not in _UNITS:
        raise ValueError(f"unit {record['unit']!r} is not mm, px or empty")
    if not record["unit"] and (record["hd95"] or record["assd"]):
        raise ValueError("unit is empty, but there are distances")
    return Prediction(
        model=record["model"],
        fold=_whole(record, "fold") if record["fold"] else None,
        seed=_whole(record, "seed"),
        image=record["image"],
        patient=record["patient"],
        stage=parse_stage(record["stage"]),
        true_class=_whole(record, "class", classes) if record["class"] else None,
        probabilities=probabilities,
        calibrated=calibrated,
        predicted=predicted,
        dice=_optional(record, "dice"),
        hd95=_optional(record, "hd95", _FARTHEST),
        assd=_optional(record, "assd", _FARTHEST),
        nsd=_optional(record, "nsd"),
        unit=cast(Literal["mm", "px", ""], record["unit"]),
        mask_confidence=_optional(record, "mask_confidence"),
        patch_accuracy=_optional(record, "patch_accuracy"),
    )


def _distribution(record: Mapping[str, str], kind: str, classes: int) -> tuple[float, ...]:
    values = tuple(_number(record, f"{kind}{k}") for k in range(classes))
    if abs(sum(values) - 1) > 1e-3:
        raise ValueError(f"{kind}0..{kind}{classes - 1} sum to {sum(values):.4f}, not 1")
    return values


def _check_predicted(predicted: int, probabilities: Sequence[float], kind: str) -> None:
    # Six decimals are written: what differs by less was a matter of the digits behind them.
    if probabilities[predicted] < max(probabilities) - 2e-6:
        best = most_probable(probabilities)
        raise ValueError(f"predicted is {predicted}, but {kind}{best} is the largest of its probabilities")


def _optional(record: Mapping[str, str], column: str, most: float = 1) -> float | None:
    return _number(record, column, most) if record[column] else None


def _number(record: Mapping[str, str], column: str, most: float = 1) -> float:
    try:
        value = float(record[column])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= most):
        rule = "a number between 0 and 1" if most == 1 else "a number from 0 up"
        raise ValueError(f"{column} {record[column]!r} is not {rule}")
    return value


def _whole(record: Mapping[str, str], column: str, below: int | None = None) -> int:
    text = record[column].strip()
    value = int(text) if text.isdecimal() else -1
    if value < 0 or (below is not None and value >= below):
        rule = "a whole number" if below is None else f"one of 0..{below - 1}"
        raise ValueError(f"{column} {record[column]!r} is not {rule}")
    return value
