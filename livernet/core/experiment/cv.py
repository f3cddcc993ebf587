"""Cross-validation: networks x folds as a queue, a finished fold never run again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from livernet.core.audits.audit import Audit
from livernet.core.audits.cohort import Division, audit_cohort
from livernet.core.audits.document import AUDITS, audits_document
from livernet.core.config import Config
from livernet.core.data.manifest import Cohort
from livernet.core.data.predictions import PREDICTIONS, Prediction, read_predictions, write_predictions
from livernet.core.device import Device
from livernet.core.experiment.baseline import (
    Beginnings,
    count_windows,
    find_beginnings,
    prepare,
    published,
)
from livernet.core.experiment.crew import FoldWatch, Shelf, find_crew, run_folds
from livernet.core.experiment.fold import FoldJob, read_history, read_windows
from livernet.core.experiment.plan import CvOptions, CvPlan, count_folds, plan_cv
from livernet.core.files import write_json
from livernet.core.infer.calibrate import calibrate_folds
from livernet.core.infer.ruler import Ruler, find_ruler
from livernet.core.lock import locked
from livernet.core.metrics.summary import score
from livernet.core.processes import Crew
from livernet.core.runs import SPLITS, SUMMARY, open_run, provenance

_SAME = ("kind", "version", "models", "config", "weights", "split")
_GUIDE = "livernet"
"""The network in whose masks the baselines' test patches lie."""


class Watch(FoldWatch, Protocol):
    """Hears what a cross-validation is doing."""

    def planned(self, plan: CvPlan) -> None:
        """The folds are settled."""

    def audited(self, audits: Sequence[Audit]) -> None:
        """The audits that need no network are made; training begins."""


@dataclass(frozen=True, kw_only=True)
class CvResult:
    """A finished cross-validation."""

    folder: Path
    """The run folder."""
    summary: dict[str, Any]
    """The contents of summary.json."""
    predictions: tuple[Prediction, ...]
    """All networks, each in manifest order."""


def cross_validate(
    cohort: Cohort, options: CvOptions, device: Device, folder: Path, command: str, watch: Watch
) -> CvResult:
    """Train and test every network on every fold, and write the run folder.

    A folder that holds an unfinished run of the same settings, folds and cohort is continued.

    Raises:
        DataError, FaultsError, ConfigError: as :func:`livernet.core.experiment.plan.plan_cv` and
            :func:`livernet.core.experiment.baseline.find_beginnings`.
        OutputError: the folder holds something else, or a file cannot be written.
    """
    plan = plan_cv(cohort, options, device.torch)
    ruler = find_ruler(cohort)
    crew = find_crew(device, len(plan.splits.folds), options.workers)
    beginnings = find_beginnings(options.configs, plan.tensors, plan.cohort)
    facts = _facts(plan, device, ruler, crew) | {"weights": beginnings.facts()}
    with locked(folder):
        run = open_run(folder, provenance("cv", command, facts), _SAME)
        write_json(folder / SPLITS, plan.document())
        watch.planned(plan)
        audits = audit_cohort(_division(cohort, plan))
        watch.audited(audits)
        shelf = Shelf(device, options.configs[0].train.size, plan.tensors)
        predictions: list[Prediction] = []
        for config in sorted(options.configs, key=lambda config: config.is_baseline):
            jobs = _jobs(plan, folder, ruler, config, beginnings, shelf, device)
            predictions += run_folds(jobs, shelf, device, crew, watch)
        calibrated, fits = _calibrate(_in_order(predictions, plan), plan)
        write_predictions(folder / PREDICTIONS, calibrated)
        rounded = zip(read_predictions(folder / PREDICTIONS), calibrated, strict=True)
        # to the digits that report will find, under the names of the manifest
        scored = tuple(replace(found, image=row.image, patient=row.patient) for found, row in rounded)
        summary = _summary(plan, folder, scored, fits)
        write_json(folder / SUMMARY, summary)
        audited = audits_document(folder, cohort, audits)
        write_json(folder / AUDITS, audited)
        summary["verdict"] = audited["verdict"]
        write_json(folder / SUMMARY, summary)
        run.finish(patches=_patches(plan, folder, beginnings))
        return CvResult(folder=folder, summary=summary, predictions=scored)


def _division(cohort: Cohort, plan: CvPlan) -> Division:
    return Division(
        cohort=cohort,
        grouping=plan.grouping,
        folds=plan.splits.folds,
        duplicates=plan.duplicates,
        seed=plan.splits.seed,
    )


def _calibrate(
    predictions: Sequence[Prediction], plan: CvPlan
) -> tuple[list[Prediction], dict[str, dict[str, Any]]]:
    """All predictions, each network's calibrated by itself, and how, by network."""
    found: list[Prediction] = []
    fits: dict[str, dict[str, Any]] = {}
    for model in plan.options.models:
        rows = [row for row in predictions if row.model == model]
        calibrated, fits[model] = calibrate_folds(rows, plan.grouping)
        found += calibrated
    return found, fits


def _summary(
    plan: CvPlan, folder: Path, predictions: Sequence[Prediction], fits: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The contents of summary.json."""
    thresholds = {
        (model, fold["fold"]): fold["thresholds"] for model, fit in fits.items() for fold in fit["folds"]
    }
    summary = score(predictions, plan.grouping, thresholds)
    for model, fit in fits.items():
        summary["models"][model]["calibration_fit"] = fit
    return summary | {
        "splits": {
            "protocol": plan.splits.protocol,
            "leaked_patients": plan.splits.leaked_patients,
            "duplicate_groups": len(plan.duplicates),
            "duplicates": plan.options.duplicates,
            "folds": count_folds(plan),
        },
        "training": {
            model: _training(folder / model, len(plan.splits.folds)) for model in plan.options.models
        },
    }


def fold_folder(folder: Path, model: str, number: int) -> Path:
    """Where a run keeps one fold of one network."""
    return folder / model / f"fold-{number:02d}"


def _jobs(
    plan: CvPlan,
    folder: Path,
    ruler: Ruler,
    config: Config,
    beginnings: Beginnings,
    shelf: Shelf,
    device: Device,
) -> list[FoldJob]:
    """The folds of one network; what those of a baseline share is made where one of them is to be trained."""
    name = config.model.name
    jobs = [
        FoldJob(
            folder=fold_folder(folder, name, number),
            number=number,
            name=plan.splits.names[number],
            fold=fold,
            config=config,
            cohort=plan.cohort,
            preprocessing=plan.preprocessing,
            ruler=ruler,
        )
        for number, fold in enumerate(plan.splits.folds)
    ]
    if not config.is_baseline or all(job.finished for job in jobs):
        return jobs
    guide = folder / _GUIDE if _GUIDE in plan.options.models else None
    baseline = prepare(folder / name, beginnings, shelf.get(jobs[0]), config, device, guide)
    return [replace(job, baseline=baseline) for job in jobs]


def _patches(plan: CvPlan, folder: Path, beginnings: Beginnings) -> dict[str, Any] | None:
    """For run.json: where the patches of the baselines came from, in images; ``None`` without a baseline."""
    found: dict[str, Any] = {}
    for name in beginnings.starts:
        tested = Counter[str]()
        for number in range(len(plan.splits.folds)):
            tested.update(read_windows(fold_folder(folder, name, number)))
        found[name] = {"training": count_windows(beginnings.windows), "test": dict(tested)}
    return found or None


def _facts(plan: CvPlan, device: Device, ruler: Ruler, crew: Crew) -> dict[str, Any]:
    first = plan.options.configs[0]
    document = plan.document()
    return {
        "models": list(plan.options.models),
        "config": published(first).to_dict(),
        "preset": plan.options.preset,
        "seed": first.train.seed,
        "device": device.name,
        "processes": {"workers": crew.workers, "threads_each": crew.threads},
        "cohort": plan.cohort.facts(),
        "distances": ruler.facts(),
        "grouping": plan.grouping.name,
        "split": {
            "protocol": plan.splits.protocol,
            "folds": len(plan.splits.folds),
            "duplicates": plan.options.duplicates,
            "cohort_sha256": plan.cohort.sha256,
            "sha256": document["sha256"],
        },
    }


def _in_order(predictions: Sequence[Prediction], plan: CvPlan) -> tuple[Prediction, ...]:
    models = {name: place for place, name in enumerate(plan.options.models)}
    rows = {row.image: place for place, row in enumerate(plan.cohort.rows)}
    return tuple(sorted(predictions, key=lambda p: (models[p.model], rows[p.image], p.fold or 0)))


def _training(folder: Path, folds: int) -> list[dict[str, Any]]:
    """Time and last epoch of each fold, from its metrics.jsonl."""
    found: list[dict[str, Any]] = []
    for number in range(folds):
        lines = read_history(folder / f"fold-{number:02d}")
        seconds = round(sum(line["seconds"] for line in lines), 2)
        found.append({"fold": number, "epochs": len(lines), "seconds": seconds, "last": lines[-1]})
    return found
