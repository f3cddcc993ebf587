"""Whether the predictions of a cross-validation are all there, and are those of its folds and patients."""

from collections.abc import Iterator, Sequence
from typing import Any

from livernet.core.data.manifest import Cohort
from livernet.core.data.predictions import PREDICTIONS, Prediction
from livernet.core.errors import FaultsError
from livernet.core.metrics.summary import group_by_model
from livernet.core.stages import STAGES

Answered = tuple[int | None, str]
_HINT = "the file was changed: delete it and repeat the command of the run, with its --name"


def check_complete(
    predictions: Sequence[Prediction], splits: dict[str, Any], cohort: Cohort | None, *, merged: bool
) -> None:
    """Every image that a fold held out is answered by that fold once, nothing else, under its own patient.

    Args:
        predictions: of a ``cv`` run.
        splits: the contents of its splits.json.
        cohort: what it was made of, where that is there.
        merged: whether patients who share a picture were made one, so that names and stages may differ from
            those of the manifest.

    Raises:
        FaultsError: rows are missing, do not belong here, or name another patient or stage; all are listed.
    """
    folds = enumerate(splits["folds"])
    expected: set[Answered] = {(number, str(image)) for number, fold in folds for image in fold["test"]}
    faults = [
        f"{model}: {fault}"
        for model, rows in group_by_model(predictions).items()
        for fault in _differences(expected, [(row.fold, row.image) for row in rows])
    ]
    if cohort is not None and not merged:
        faults += _misnamed(predictions, cohort)
    if faults:
        raise FaultsError(
            f"{PREDICTIONS}: {len(faults)} row{'s' * (len(faults) > 1)} against splits.json and the manifest",
            faults,
            _HINT,
        )


def _differences(expected: set[Answered], answered: Sequence[Answered]) -> Iterator[str]:
    found = set(answered)
    for fold, image in sorted(expected - found, key=str):
        yield f"{image} of fold {fold} has no prediction"
    for fold, image in sorted(found - expected, key=str):
        yield f"fold {fold} did not hold out {image}"


def _misnamed(predictions: Sequence[Prediction], cohort: Cohort) -> Iterator[str]:
    rows = {row.image: row for row in cohort.rows}
    for said in predictions:
        row = rows.get(said.image)
        if row is not None and said.patient != row.patient:
            yield f"{said.image} is of patient {row.patient}, not {said.patient or 'unknown'}"
        if row is not None and said.stage != row.stage:
            stages = ("no stage" if stage is None else STAGES[stage] for stage in (row.stage, said.stage))
            yield "{} has {}, not {}".format(said.image, *stages)
