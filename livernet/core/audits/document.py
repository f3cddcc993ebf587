"""``audits.json``: the audits of a run and what they mean for its numbers."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from livernet.core.audits.audit import Audit
from livernet.core.audits.cohort import Division, audit_cohort
from livernet.core.audits.run import audit_run
from livernet.core.audits.sample import sample_images
from livernet.core.audits.verdict import judge
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Cohort
from livernet.core.data.splits import Fold
from livernet.core.errors import DataError
from livernet.core.files import read_json
from livernet.core.runs import SPLITS, SUMMARY, read_run
from livernet.core.stages import Grouping

AUDITS = "audits.json"
SCHEMA = 1
_ORDER = ("shuffled", "outside", "source", "duplicates", "attribution", "masks")


def audits_document(
    folder: Path, cohort: Cohort, before: Sequence[Audit] = (), summary: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Audit a finished cross-validation: the contents of its audits.json.

    Args:
        folder: of the run, with run.json, splits.json and summary.json.
        cohort: the one it was made of.
        before: what :func:`livernet.core.audits.cohort.audit_cohort` said before training; made where empty.
        summary: the run's numbers where they were scored again; else those of its summary.json.

    Raises:
        DataError: the cohort is another one or has changed, or a file of either is damaged.
    """
    started = time.monotonic()
    facts, splits = read_run(folder), _read(folder / SPLITS)
    summary = _read(folder / SUMMARY) if summary is None else summary
    division = read_division(folder, cohort, facts, splits)
    models = [str(name) for name in facts.get("models") or ["livernet"]]
    model = "livernet" if "livernet" in models else models[0]
    made = {audit.name: audit for audit in before or audit_cohort(division)}
    for audit in audit_run(folder, model, division, summary, outside=made["outside"].state == "not run"):
        made[audit.name] = audit
    audits = [made[name] for name in _ORDER if name in made]
    leaked = int(splits.get("leaked_patients") or 0)
    verdict = judge(audits, leaked_patients=leaked, phantom=cohort.is_phantom, summary=summary)
    everyone = division.subjects
    images = len(sample_images(everyone, division.seed))
    return {
        "schema": SCHEMA,
        "verdict": verdict.to_dict(),
        "audits": [audit.to_dict() for audit in audits],
        "images": images,
        "sampled": images < len(everyone.images),
        "seconds": round(time.monotonic() - started, 1),
    }


def read_division(
    folder: Path, cohort: Cohort, facts: Mapping[str, Any], splits: Mapping[str, Any]
) -> Division:
    """The cohort with the folds, duplicates, classes and seed of a run.

    Raises:
        DataError: the run was made of another cohort, or its files do not say.
    """
    place = {row.image: number for number, row in enumerate(cohort.rows)}
    try:
        if facts["cohort"]["sha256"] != cohort.sha256:
            raise DataError(
                f"{cohort.folder}: is not the cohort of {folder}, or its manifest has changed since",
                "name the cohort the run was made of, or repeat the run",
            )
        folds = tuple(
            Fold(train=_rows(fold["train"], place), test=_rows(fold["test"], place))
            for fold in splits["folds"]
        )
        groups = tuple(
            DuplicateGroup(rows=_rows(group["images"], place), kind=group["kind"])
            for group in splits.get("duplicates", ())
        )
        grouping, seed = Grouping.parse(str(facts["grouping"])), int(facts["seed"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: run.json and splits.json do not say how the cohort was divided ({error})",
            "the files were changed or damaged: repeat the run",
        ) from None
    return Division(cohort=cohort, grouping=grouping, folds=folds, duplicates=groups, seed=seed)


def _rows(images: Sequence[str], place: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted(place[image] for image in images))


def _read(file: Path) -> dict[str, Any]:
    try:
        content = read_json(file)
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise DataError(
            f"{file}: is missing or damaged", "repeat the command that made the run, with its --name"
        )
    return content
