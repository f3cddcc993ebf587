"""Audit: the same picture in training and test, or under two classes."""

from collections.abc import Sequence

from livernet.core.audits.audit import Audit, found
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Row
from livernet.core.data.splits import Fold
from livernet.core.stages import Grouping

_REPEATS = 0.1
"""Share of images above which copies are worth a word even where no fold learnt from them."""


def audit_duplicates(
    rows: Sequence[Row], grouping: Grouping, folds: Sequence[Fold], groups: Sequence[DuplicateGroup]
) -> Audit:
    """How many tested images have a copy that was learnt from, and how many copies contradict each other."""
    copies = [sorted(group.rows) for group in groups]
    tested = {i for fold in folds for i in fold.test}
    leaked = {i for fold in folds for i in _leaks(fold, copies)}
    classes = [
        {grouping.class_of(stage) for i in rows_ if (stage := rows[i].stage) is not None} for rows_ in copies
    ]
    across = sum(len(found_) > 1 for found_ in classes)
    patients = sum(len({rows[i].patient for i in rows_}) > 1 for rows_ in copies)
    numbers = {
        "groups": len(copies),
        "images": sum(map(len, copies)),
        "across_patients": patients,
        "across_classes": across,
        "tested": len(tested),
        "leaked": len(leaked),
    }
    many = f"{len(copies)} group{'s' * (len(copies) != 1)} of equal or nearly equal pictures"
    if leaked:
        verdict = (
            f"{len(leaked)} of {len(tested)} tested images have a copy among the pictures "
            "that were learnt from: the networks may have known them by heart."
        )
        return found("duplicates", "failed", verdict, numbers)
    if across:
        verdict = f"{across} of {many} stand{'s' * (across == 1)} under different classes: stages are wrong."
        return found("duplicates", "caution", verdict, numbers)
    repeats = sum(map(len, copies)) - len(copies)
    if repeats > _REPEATS * len(rows):
        verdict = f"{repeats} of {len(rows)} images repeat another one: the cohort is smaller than it looks."
        return found("duplicates", "caution", verdict, numbers)
    if copies:
        verdict = f"{many}, each kept on one side of every fold."
        return found("duplicates", "passed", verdict, numbers)
    return found("duplicates", "passed", "No picture was found twice.", numbers)


def _leaks(fold: Fold, copies: Sequence[Sequence[int]]) -> set[int]:
    train, test = set(fold.train), set(fold.test)
    return {i for rows in copies if train.intersection(rows) for i in rows if i in test}
