"""Which images train and which test: k folds that never tear a patient apart, and the protocols that do.

The unit of a split is what must stay together: all images of a patient and of its duplicates, or one image.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from livernet.core.data.dealing import deal, draw_tenths
from livernet.core.data.duplicates.groups import DuplicateGroup, describe_group
from livernet.core.data.manifest import Row
from livernet.core.data.units import Unit, image_units, patient_units
from livernet.core.errors import ConfigError, DataError
from livernet.core.files import sha256
from livernet.core.stages import Grouping

Protocol = Literal["patient", "image", "holdout", "site"]


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One division of the cohort; indices are rows of the manifest, ascending."""

    train: tuple[int, ...]
    """Rows to learn from: those with a stage or a mask."""
    test: tuple[int, ...]
    """Rows to predict."""


@dataclass(frozen=True, kw_only=True)
class Splits:
    """All folds of a cross-validation."""

    protocol: Protocol
    """What decided the folds."""
    seed: int
    """What the shuffling was drawn from."""
    folds: tuple[Fold, ...]
    """In the order in which they are run."""
    names: tuple[str, ...]
    """What each fold is called: its number, or the site it leaves out."""
    leaked_patients: int
    """Patients with images on both sides of a fold; 0 for ``patient``."""


def make_splits(
    rows: Sequence[Row],
    grouping: Grouping,
    *,
    protocol: str = "patient",
    folds: int = 10,
    seed: int = 0,
    together: Sequence[DuplicateGroup] = (),
) -> Splits:
    """Divide a cohort into folds; equal arguments give equal folds.

    ``patient`` deals patients into ``folds`` folds, evenly by class, stage and number of images. ``image``
    deals images, ``holdout`` draws ``folds`` random tenths of the images, ``site`` leaves out each site in
    turn (``folds`` is then not used). Patients without a stage are dealt evenly too: their masks train.

    Raises:
        ConfigError: the protocol is unknown, or ``folds`` is too small or too large for the smallest class.
        DataError: nothing is labelled, a class has no patient, or there are too few patients or sites.
    """
    if protocol not in get_args(Protocol):
        raise ConfigError(f"--split {protocol!r} is unknown", f"use {', '.join(get_args(Protocol))}")
    if not any(row.mask or row.stage is not None for row in rows):
        raise DataError(
            "the cohort has neither stages nor masks to learn from",
            "fill in the stage column of the manifest, or give preprocess a folder of masks",
        )
    named: dict[str, list[int]]
    units = (patient_units if protocol in {"patient", "site"} else image_units)(rows, together)
    if protocol == "site":
        named = _by_site(rows)
    else:
        _check_counts(units, grouping, folds, protocol)
        classes = [None if unit.stage is None else grouping.class_of(unit.stage) for unit in units]
        divide = draw_tenths if protocol == "holdout" else deal
        tests = divide(units, classes, folds, np.random.default_rng((seed, len(rows))))
        named = {str(number): test for number, test in enumerate(tests)}
    made = tuple(_fold(rows, units, test, apart=protocol == "site") for test in named.values())
    _check_training(made, tuple(named), rows, grouping)
    return Splits(
        protocol=cast(Protocol, protocol),
        seed=seed,
        folds=made,
        names=tuple(named),
        leaked_patients=len(_leaked(rows, made)),
    )


def splits_document(
    splits: Splits, rows: Sequence[Row], duplicates: Sequence[DuplicateGroup] = ()
) -> dict[str, Any]:
    """The contents of splits.json: images by name, and a hash over the folds."""
    folds = [
        {"train": [rows[i].image for i in fold.train], "test": [rows[i].image for i in fold.test]}
        for fold in splits.folds
    ]
    return {
        "protocol": splits.protocol,
        "seed": splits.seed,
        "names": list(splits.names),
        "leaked_patients": splits.leaked_patients,
        "sha256": sha256(json.dumps(folds).encode()),
        "duplicates": [describe_group(group, rows) for group in duplicates],
        "folds": folds,
    }


def _check_counts(units: Sequence[Unit], grouping: Grouping, folds: int, protocol: str) -> None:
    what = "patients" if protocol == "patient" else "images"
    counts = Counter(grouping.class_of(unit.stage) for unit in units if unit.stage is not None)
    labelled: dict[int | None, int] = {k: counts[k] for k in range(len(grouping))}
    if folds < 2:
        raise ConfigError(f"--folds {folds} is too few", "use at least 2")
    if len(units) < 2:
        raise DataError(
            f"the cohort has a single {what[:-1]}: nothing would be left to learn from",
            "add more patients; one patient's images say nothing of another's",
        )
    if not any(labelled.values()):  # masks only: nothing to stratify by
        labelled = {None: len(units)}
    smallest = min(labelled, key=lambda k: labelled[k])
    name = "the cohort" if smallest is None else f"class {grouping.class_names[smallest]}"
    if labelled[smallest] < 2:
        hint = "add patients of that class, or choose other classes with --classes, e.g. --classes 2"
        if len({unit.stage for unit in units} - {None}) == 1:
            hint = "add patients of other stages: all of these have the same one"
        raise DataError(
            f"{name} has {labelled[smallest] or 'no'} {what if not labelled[smallest] else what[:-1]}, "
            "and no fold can both learn and test it",
            hint,
        )
    if protocol != "holdout" and folds > labelled[smallest]:
        raise ConfigError(
            f"--folds {folds} is more than the {labelled[smallest]} {what} of {name}",
            f"use --folds {labelled[smallest]} or fewer",
        )


def _by_site(rows: Sequence[Row]) -> dict[str, list[int]]:
    missing = [row.image for row in rows if not row.site]
    if missing:
        raise DataError(
            f"--split site: {len(missing)} images have no site, the first is {missing[0]}",
            "fill in the site column of the manifest, or use --split patient",
        )
    named: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        named.setdefault(row.site, []).append(index)
    if len(named) < 2:
        raise DataError(
            f"--split site: all images come from one site, {rows[0].site!r}", "use --split patient"
        )
    return dict(sorted(named.items()))


def _fold(rows: Sequence[Row], units: Sequence[Unit], test: Sequence[int], *, apart: bool) -> Fold:
    """A fold from its test rows; with ``apart``, units with a tested row do not train either."""
    tested = set(test)
    held = {i for unit in units if tested & set(unit.rows) for i in unit.rows} if apart else tested
    learn = (i for i, row in enumerate(rows) if i not in held and (row.mask or row.stage is not None))
    return Fold(train=tuple(learn), test=tuple(sorted(tested)))


def _check_training(
    folds: Sequence[Fold], names: Sequence[str], rows: Sequence[Row], grouping: Grouping
) -> None:
    stages = {row.stage for row in rows} - {None}
    needed = {grouping.class_of(stage) for stage in stages if stage is not None}
    for name, fold in zip(names, folds, strict=True):
        learnt = {grouping.class_of(s) for i in fold.train if (s := rows[i].stage) is not None}
        if needed - learnt or not fold.train:
            lost = ", ".join(grouping.class_names[k] for k in sorted(needed - learnt)) or "anything"
            raise DataError(
                f"fold {name}: no image is left to learn {lost} from",
                "use --split patient, or choose other classes with --classes",
            )


def _leaked(rows: Sequence[Row], folds: Sequence[Fold]) -> set[str]:
    return {
        patient
        for fold in folds
        for patient in {rows[i].patient for i in fold.train} & {rows[i].patient for i in fold.test}
    }
