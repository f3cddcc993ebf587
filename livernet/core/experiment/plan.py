"""What a cross-validation will do, settled and checked before anything is trained or written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import torch

from livernet.core.config import Config
from livernet.core.data.duplicates.groups import DuplicateGroup, settle_duplicates
from livernet.core.data.duplicates.merge import Contradiction, merge_patients
from livernet.core.data.duplicates.search import find_duplicates
from livernet.core.data.loader import Tensors, class_indices, load_tensors
from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.record import RECORD
from livernet.core.data.splits import Splits, make_splits, splits_document
from livernet.core.errors import ConfigError, DataError, FaultsError
from livernet.core.files import read_json
from livernet.core.stages import STAGES, Grouping


@dataclass(frozen=True, kw_only=True)
class CvOptions:
    """What a person chooses of a cross-validation, beside the settings of the networks."""

    configs: tuple[Config, ...]
    """Settings, one network each; class grouping and seed are the same in all."""
    preset: str
    """Name of the preset they come from."""
    folds: int = 10
    """How many folds; ``site`` has as many as there are sites."""
    protocol: str = "patient"
    """``patient``, ``image``, ``holdout`` or ``site``."""
    duplicates: str = "stop"
    """``stop``, ``group`` or ``allow``."""
    workers: int | None = None
    """Processes that train at the same time; ``None``: as many as suit the machine."""

    def __post_init__(self) -> None:
        names = [config.model.name for config in self.configs]
        if not names or len(set(names)) < len(names):
            raise ConfigError(
                f"--model {', '.join(names) or 'names none'}: each network may be named once",
                "give --model once for each network",
            )

    @property
    def models(self) -> tuple[str, ...]:
        """The networks' names, in the order in which they run."""
        return tuple(config.model.name for config in self.configs)


@dataclass(frozen=True, kw_only=True)
class CvPlan:
    """A cohort divided into folds, ready to run."""

    manifest: Cohort
    """The cohort as its manifest has it."""
    cohort: Cohort
    """The cohort as it is used: where duplicates are grouped, patients who share a picture are one."""
    options: CvOptions
    """What was asked for."""
    splits: Splits
    """The folds."""
    duplicates: tuple[DuplicateGroup, ...]
    """All groups of equal and nearly equal pictures, whether kept together or not."""
    contradictions: tuple[Contradiction, ...]
    """Patients made one whose stages contradict each other: they are used without a stage."""
    tensors: Tensors
    """The pictures at the training size of the first network."""
    preprocessing: dict[str, object]
    """Settings that the cohort's preprocess.json records; empty where there is none."""

    @property
    def grouping(self) -> Grouping:
        """How stages become classes."""
        return Grouping.parse(self.options.configs[0].grouping)

    def document(self) -> dict[str, Any]:
        """The contents of splits.json."""
        contradictions = [one.document(self.manifest.rows) for one in self.contradictions]
        folds = splits_document(self.splits, self.manifest.rows, self.duplicates)
        return folds | {"contradictions": contradictions}


def plan_cv(cohort: Cohort, options: CvOptions, device: torch.device) -> CvPlan:
    """Read the pictures, look for duplicates and divide the cohort.

    Raises:
        DataError: a picture is damaged, or the cohort cannot be divided so.
        FaultsError: the same picture sits under several patients, or two pictures share a name.
        ConfigError: more folds than patients in the smallest class, an unknown protocol or policy.
    """
    _check_stems(cohort)
    preprocessing = read_preprocessing(cohort.folder)
    first = options.configs[0]
    grouping = Grouping.parse(first.grouping)
    tensors = load_tensors(cohort, grouping, first.train.size, device)
    marked = [row.duplicate_group for row in cohort.rows]
    groups = find_duplicates(tensors.thumbnails_NHW, tensors.hashes, marked)
    together = settle_duplicates(groups, cohort.rows, options.duplicates)
    rows, contradictions = merge_patients(cohort.rows, together)
    return CvPlan(
        manifest=cohort,
        cohort=replace(cohort, rows=rows),
        options=options,
        splits=_divide(rows, options, together, contradictions),
        duplicates=groups,
        contradictions=contradictions,
        tensors=replace(tensors, class_N=class_indices(rows, grouping).to(tensors.home)),
        preprocessing=preprocessing,
    )


def count_folds(plan: CvPlan) -> list[dict[str, Any]]:
    """Images and patients of each fold, and its tested patients by stage."""
    rows = plan.cohort.rows
    return [
        {
            "fold": number,
            "name": name,
            "train": _count([rows[i] for i in fold.train]),
            "test": _count([rows[i] for i in fold.test]),
        }
        for number, (name, fold) in enumerate(zip(plan.splits.names, plan.splits.folds, strict=True))
    ]


def read_preprocessing(folder: Path) -> dict[str, object]:
    """The settings that a cohort's preprocess.json records; empty where the cohort was made otherwise.

    Raises:
        DataError: the file is damaged.
    """
    file = folder / RECORD
    if not file.is_file():
        return {}
    try:
        settings = read_json(file)["settings"]
        return dict(settings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{file}: does not say how the cohort was prepared ({error})",
            "make the cohort again with 'livernet preprocess RAW OUT'",
        ) from None


def _divide(
    rows: Sequence[Row],
    options: CvOptions,
    together: Sequence[DuplicateGroup],
    contradictions: Sequence[Contradiction],
) -> Splits:
    first = options.configs[0]
    try:
        return make_splits(
            rows,
            Grouping.parse(first.grouping),
            protocol=options.protocol,
            folds=options.folds,
            seed=first.train.seed,
            together=together,
        )
    except (ConfigError, DataError) as error:
        if contradictions:
            lost = sum(len(one.patients) for one in contradictions)
            error.hint += (
                f"; {lost} patients count without a stage, for they share pictures and their stages "
                "contradict each other: mend the stages in the manifest"
            )
        raise


def _count(rows: Sequence[Row]) -> dict[str, Any]:
    stages = Counter(dict.fromkeys((row.patient, row.stage) for row in rows if row.stage is not None))
    return {
        "images": len(rows),
        "patients": len({row.patient for row in rows}),
        "patients_by_stage": {
            name: sum(stage == number for _, stage in stages) for number, name in enumerate(STAGES)
        },
    }


def _check_stems(cohort: Cohort) -> None:
    counts = Counter(PurePosixPath(row.image).stem for row in cohort.rows)
    faults = [f"{row.image}" for row in cohort.rows if counts[PurePosixPath(row.image).stem] > 1]
    if faults:
        raise FaultsError(
            f"{cohort.folder}: {len(faults)} images share their name with another",
            faults,
            "give every image of the cohort a name of its own: masks are stored by name",
        )
