"""The audits that need a run's trained networks: outside their own masks, attribution, mask quality."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from livernet.core.audits.attribution import audit_attribution
from livernet.core.audits.audit import Audit, not_run
from livernet.core.audits.cohort import Division, expert_mask, outside_audit
from livernet.core.audits.look import look_at
from livernet.core.audits.masks import audit_masks
from livernet.core.audits.rule import too_few
from livernet.core.data.manifest import Row
from livernet.core.data.record import read_images
from livernet.core.infer.models import MODEL

_MASKS = "masks"


def audit_run(
    folder: Path, model: str, division: Division, summary: Mapping[str, Any], *, outside: bool
) -> tuple[Audit, ...]:
    """Audit one network of a finished cross-validation: outside, attribution, masks.

    Args:
        folder: of the run.
        model: name of the network.
        division: the cohort and its folds.
        summary: the contents of summary.json.
        outside: whether to look outside the predicted masks, for want of expert ones.

    Raises:
        DataError: a picture, a mask or a model file is damaged.
    """
    places = [folder / model / f"fold-{number:02d}" for number in range(len(division.folds))]
    predicted = _predicted_masks(places, division)
    relation = summary.get("models", {}).get(model, {}).get("relation")
    return (
        *((_outside(division, predicted),) if outside else ()),
        _attribution([place / MODEL for place in places], division, predicted),
        audit_masks(relation),
    )


def _outside(division: Division, predicted: Mapping[str, Path]) -> Audit:
    trial, cohort = division.trial(), division.cohort
    reason = too_few(trial.subjects)
    if reason:
        return not_run("outside", reason)
    facts = read_images(cohort.folder) if predicted else {}
    looks = look_at(cohort, trial.subjects.images, facts, lambda row: predicted.get(row.image))
    return outside_audit(looks, trial, "predicted")


def _attribution(files: Sequence[Path], division: Division, predicted: Mapping[str, Path]) -> Audit:
    if not all(file.is_file() for file in files):
        return not_run("attribution", "The run kept no networks.")
    cohort = division.cohort

    def mask_of(row: Row) -> Path | None:
        return expert_mask(cohort.folder, row) or predicted.get(row.image)

    return audit_attribution(files, [fold.test for fold in division.folds], cohort, mask_of, division.seed)


def _predicted_masks(places: Sequence[Path], division: Division) -> dict[str, Path]:
    """The mask that a fold drew of each picture it tested, by the picture's name in the manifest."""
    found: dict[str, Path] = {}
    for place, fold in zip(places, division.folds, strict=True):
        for name in (division.cohort.rows[i].image for i in fold.test):
            file = place / _MASKS / f"{PurePosixPath(name).stem}.png"
            if file.is_file():
                found.setdefault(name, file)
    return found
