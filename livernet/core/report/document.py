"""Everything the report shows of one run, as one JSON-able document; the pictures are drawn from it."""

from collections.abc import Mapping
from typing import Any

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_image
from livernet.core.metrics.compare import training_variance
from livernet.core.metrics.summary import group_by_model, table1
from livernet.core.report.cohort.counts import cohort_table, is_phantom
from livernet.core.report.collect import Run
from livernet.core.report.duplicates import count_duplicates, duplicates
from livernet.core.report.gallery import gallery
from livernet.core.report.roc import BAND, rocs
from livernet.core.report.words.notes import notes

_MADE = ("version", "command", "run", "started", "seconds", "device", "preset", "seed", "python", "platform")


def describe(run: Run, summary: dict[str, Any] | None, label: str) -> dict[str, Any]:
    """The numbers and facts of one run; ``label`` (A, B, ...) tells several runs apart.

    ``run`` and ``summary`` are what :func:`livernet.core.report.scores.scored` gives.
    """
    cohort = cohort_table(run)
    phantom = is_phantom(run)
    groups = duplicates(run)
    return {
        "label": label,
        "name": run.name,
        "kind": run.kind,
        "grouping": run.grouping.name,
        "class_names": list(run.grouping.class_names),
        "phantom": phantom,
        "notes": notes(run, summary, cohort, phantom),
        "summary": summary,
        "cohort": cohort,
        "split": _split(run),
        "duplicates": groups,
        "duplicate_counts": count_duplicates(groups),
        "roc": {name: rocs(rows, run.grouping) for name, rows in group_by_model(run.predictions).items()},
        "roc_band": BAND,
        "seeds": _seeds(run),
        "relation": _relation(run),
        "table1": table1(summary),
        "gallery": gallery(run),
        "distances": _distances(run),
        "answers": _answers(run),
        "curves": _curves(run),
        "made": {key: run.facts.get(key) for key in _MADE},
        "cohort_sha256": (run.facts.get("cohort") or {}).get("sha256"),
        "settings": _settings(run),
        "libraries": flatten(run.facts.get("libraries")),
    }


def _distances(run: Run) -> dict[str, Any] | None:
    """What the distances between masks were measured with; ``None`` where the run does not say."""
    said = run.facts.get("distances")
    if not isinstance(said, Mapping):
        return None
    return {key: said.get(key) for key in ("unit", "unit_reason", "tolerance", "tolerance_reason")}


def _settings(run: Run) -> dict[str, str | int | float | bool | None]:
    """The settings that the networks of the run have used."""
    config = run.facts.get("config")
    flat = flatten(config)
    name = str(flat.get("model.name") or "livernet")
    models = {str(model) for model in run.facts.get("models") or ()} | {name}
    unused = [
        prefix
        for prefix, kinds in (("model.", {"livernet"}), ("vgg.", {"vgg16", "vgg19"}))
        if not kinds & models
    ]
    return {
        key: value
        for key, value in flat.items()
        if key == "model.name" or not any(key.startswith(prefix) for prefix in unused)
    }


def _seeds(run: Run) -> list[dict[str, Any]]:
    """Mean and standard deviation over the seeds of each model that ran with several."""
    trainings: dict[str, dict[int, list[Prediction]]] = {}
    for row in run.predictions:
        trainings.setdefault(row.model, {}).setdefault(row.seed, []).append(row)
    return training_variance(trainings, run.grouping)


def flatten(tree: object, prefix: str = "") -> dict[str, str | int | float | bool | None]:
    """Nested settings as ``section.name: value``; lists are written out."""
    if isinstance(tree, Mapping):
        flat: dict[str, str | int | float | bool | None] = {}
        for key, value in tree.items():
            flat |= flatten(value, f"{prefix}.{key}" if prefix else str(key))
        return flat
    if not prefix:
        return {}
    if isinstance(tree, list | tuple):
        return {prefix: ", ".join(str(item) for item in tree)}
    return {prefix: tree if isinstance(tree, str | int | float | bool) or tree is None else str(tree)}


def _relation(run: Run) -> dict[str, list[dict[str, Any]]]:
    """By model and image: quality of the mask, and probability of the true class, where both are known."""
    relation: dict[str, list[dict[str, Any]]] = {}
    for name, rows in group_by_model(run.predictions).items():
        scored = [row for row in rows if row.dice is not None and row.true_class is not None]
        cases = by_image(scored)
        relation[name] = [
            {
                "image": row.image,
                "dice": row.dice,
                "hd95": row.hd95,
                "assd": row.assd,
                "nsd": row.nsd,
                "unit": row.unit,
                "probability": float(cases.probability_NK[index, cases.true_N[index]]),
                "right": bool(cases.predicted_N[index] == cases.true_N[index]),
            }
            for index, row in enumerate(scored)
        ]
    return relation


def _answers(run: Run) -> list[dict[str, Any]]:
    """What ``predict`` said of each scan; empty for the other kinds of run."""
    rows = run.predictions if run.kind == "predict" else ()
    return [
        {
            "image": row.image,
            "predicted_class": run.grouping.class_names[row.predicted],
            "probabilities": list(row.calibrated or row.probabilities),
            "true_class": None if row.true_class is None else run.grouping.class_names[row.true_class],
            "dice": row.dice,
            "mask_confidence": row.mask_confidence,
        }
        for row in rows
    ]


def _split(run: Run) -> dict[str, Any] | None:
    if run.splits is None:
        return None
    patients = {row.image: row.patient for row in run.predictions}
    classes = {row.image: row.true_class for row in run.predictions}
    folds = []
    for number, fold in enumerate(run.splits["folds"]):
        test = [str(image) for image in fold.get("test", [])]
        per_class = [sum(classes.get(image) == k for image in test) for k in range(len(run.grouping))]
        folds.append(
            {
                "fold": number,
                "train_images": len(fold.get("train", [])),
                "test_images": len(test),
                "test_patients": len({patients.get(image, image) for image in test}),
                "test_images_per_class": per_class,
            }
        )
    return {
        "protocol": run.splits.get("protocol"),
        "seed": run.splits.get("seed"),
        "sha256": run.splits.get("sha256"),
        "leaked_patients": run.splits.get("leaked_patients"),
        "duplicate_groups": len(run.splits.get("duplicates") or []),
        "folds": folds,
    }


def _curves(run: Run) -> dict[str, dict[str, list[dict[str, float | None]]]]:
    return {
        model: {str(fold): epochs for fold, epochs in folds.items()} for model, folds in run.curves.items()
    }
