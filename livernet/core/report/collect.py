"""Reads a run folder: facts, predictions, splits, training curves and, where it still is, the cohort."""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Cohort, load_manifest
from livernet.core.data.predictions import PREDICTIONS, Prediction, read_predictions
from livernet.core.errors import ConfigError, DataError, FaultsError, LivernetError
from livernet.core.experiment.fold import METRICS
from livernet.core.files import read_json
from livernet.core.presets import config_from_dict
from livernet.core.report.complete import check_complete
from livernet.core.runs import RUN_FILE, SPLITS, find_run, read_run
from livernet.core.stages import Grouping

KINDS = ("cv", "train", "predict")
_DAMAGED = "the file was changed or damaged: delete it and repeat the command that wrote it"
_SECTIONS = (
    "cohort", "notices", "config", "split", "distances", "learnt", "calibration", "weights", "patches",
)  # fmt: skip
_TYPES: dict[str, dict[str, Any]] = {
    "": {
        **dict.fromkeys(_SECTIONS, dict),
        **dict.fromkeys(("abstained", "models"), list),
        **dict.fromkeys(("started", "device"), str),
        "seconds": int | float,
    },
    "cohort": {"path": str, "sha256": str},
    "distances": {"unit": str, "tolerance": int | float},
}
"""Of what is computed with in run.json, by section; what is missing is not known."""

Epoch = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished run as it lies on disk."""

    folder: Path
    """The run folder."""
    facts: dict[str, Any]
    """run.json."""
    grouping: Grouping
    """The classes of the predictions."""
    predictions: tuple[Prediction, ...]
    """Held-out predictions; empty for a ``train`` run."""
    splits: dict[str, Any] | None
    """splits.json; ``None`` where the run has none."""
    curves: dict[str, dict[int, list[Epoch]]]
    """Training metrics by model, fold and epoch; fold 0 for a ``train`` run."""
    cohort: Cohort | None
    """The cohort it was made from; ``None`` where it is not there unchanged."""
    cohort_reason: str
    """Why there is no cohort; empty where there is."""

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.folder.resolve().name

    @property
    def kind(self) -> str:
        """``cv``, ``train`` or ``predict``."""
        return str(self.facts["kind"])


def load_run(argument: Path | None) -> Run:
    """The run in a folder, or the newest finished one under ``./runs``.

    Raises:
        DataError: there is none, it is unfinished, or its files are damaged or contradict each other.
    """
    folder = find_run(argument, KINDS if argument is not None else KINDS[:2])
    facts = _checked(folder, read_run(folder))
    cohort, reason = _cohort(folder, facts)
    predictions = () if facts["kind"] == "train" else _predictions(folder, facts)
    splits = _splits(folder / SPLITS)
    if facts["kind"] == "cv":
        if splits is None:
            raise DataError(
                f"{folder / SPLITS}: is missing", "repeat the command of the run, with its --name"
            )
        merged = (facts.get("split") or {}).get("duplicates") == "group"
        check_complete(predictions, splits, cohort, merged=merged)
    return Run(
        folder=folder,
        facts=facts,
        grouping=Grouping.parse(_grouping_text(folder, facts)),
        predictions=predictions,
        splits=splits,
        curves=_curves(folder, facts),
        cohort=cohort,
        cohort_reason=reason,
    )


def _checked(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts, where those that are computed with have the types that runs write."""
    for section, kinds in _TYPES.items():
        part = facts if not section else facts.get(section) or {}
        for key, kind in kinds.items():
            value = part.get(key)
            if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
                name = f"{section}.{key}" if section else key
                raise DataError(f"{folder / RUN_FILE}: {name} {value!r} is not what a run writes", _DAMAGED)
    try:
        recorded = facts.get("config") or {}
        if not _is_within(recorded, config_from_dict(recorded).to_dict()):
            raise DataError(f"{folder / RUN_FILE}: config is not what a run writes", _DAMAGED)
    except (ConfigError, ArithmeticError) as error:
        raise DataError(f"{folder / RUN_FILE}: config is not what a run writes ({error})", _DAMAGED) from None
    return facts


def _is_within(part: object, whole: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(_is_within(value, whole[key]) for key, value in part.items())
    return part == whole


def _predictions(folder: Path, facts: dict[str, Any]) -> tuple[Prediction, ...]:
    """The predictions; scans of no cohort bear file names, which may name a patient, and become numbers."""
    rows = read_predictions(folder / PREDICTIONS)
    if facts["kind"] != "predict" or facts.get("cohort"):
        return rows
    numbers = {
        image: number for number, image in enumerate(dict.fromkeys(row.image for row in rows), start=1)
    }
    return tuple(replace(row, image=f"scan {numbers[row.image]}") for row in rows)


def _grouping_text(folder: Path, facts: dict[str, Any]) -> str:
    text = facts.get("grouping")
    if not isinstance(text, str):
        raise DataError(f"{folder / 'run.json'}: names no class grouping", _DAMAGED)
    return text


def _cohort(folder: Path, facts: dict[str, Any]) -> tuple[Cohort | None, str]:
    recorded = facts.get("cohort")
    if not isinstance(recorded, dict) or not recorded.get("path"):
        return None, "the run was not made from a cohort"
    path = Path(str(recorded["path"]))
    # paths were written relative to where the command ran: runs lie in ./runs, predictions in ./predictions
    place = folder.resolve().parent
    own = (place if facts["kind"] == "predict" else place.parent) / path
    reason = f"the cohort folder {path} is not there any more"
    for candidate in dict.fromkeys((path, own)):
        if not candidate.is_dir():
            continue
        try:
            cohort = load_manifest(candidate)
        except LivernetError as error:
            first = f", the first: {error.faults[0]}" if isinstance(error, FaultsError) else ""
            found = f"the cohort cannot be read: {error.message}{first}"
        else:
            if cohort.sha256 == recorded.get("sha256"):
                return cohort, ""
            found = f"the manifest in {path} was changed after the run"
        ours = candidate.resolve() == own.resolve()
        reason = found if ours else f"{reason}; the folder {path} that is here is another, or was changed"
    return None, reason


def _splits(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        splits = read_json(path)
    except (OSError, ValueError):
        raise DataError(f"{path}: is not valid JSON", _DAMAGED) from None
    if not isinstance(splits, dict) or not _is_split(splits):
        raise DataError(f"{path}: is not what a cross-validation writes", _DAMAGED)
    return splits


def _is_split(splits: dict[str, Any]) -> bool:
    folds = splits.get("folds")
    return (
        isinstance(folds, list)
        and all(isinstance(fold, dict) for fold in folds)
        and all(isinstance(fold.get(part), list) for fold in folds for part in ("train", "test"))
        and isinstance(splits.get("leaked_patients") or 0, int)
        and isinstance(splits.get("duplicates") or [], list)
    )


def _curves(folder: Path, facts: dict[str, Any]) -> dict[str, dict[int, list[Epoch]]]:
    if (folder / METRICS).is_file():
        model = ((facts.get("config") or {}).get("model") or {}).get("name") or "livernet"
        return {str(model): {0: _epochs(folder / METRICS)}}
    curves: dict[str, dict[int, list[Epoch]]] = {}
    for file in sorted(folder.glob(f"*/fold-*/{METRICS}")):
        number = file.parent.name.removeprefix("fold-")
        if number.isdigit():
            curves.setdefault(file.parent.parent.name, {})[int(number)] = _epochs(file)
    return curves


def _epochs(path: Path) -> list[Epoch]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        raise DataError(f"{path}: is not one JSON object a line", _DAMAGED) from None
    if not all(isinstance(line, dict) for line in lines):
        raise DataError(f"{path}: is not one JSON object a line", _DAMAGED)
    return [{key: _finite(value) for key, value in line.items()} for line in lines]


def _finite(value: object) -> float | None:
    """A number as it is; anything else, infinities and NaN included, as missing."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
