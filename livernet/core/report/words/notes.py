"""What a reader must know before the numbers, in plain words."""

from collections.abc import Sequence
from typing import Any

from livernet.core.report.collect import Run

Note = dict[str, str]


def notes(run: Run, summary: dict[str, Any] | None, cohort: dict[str, Any], phantom: bool) -> list[Note]:
    """The warnings and remarks of one run, the gravest first."""
    found = [*_about_data(run, phantom), *_about_split(run)]
    for name, model in (summary or {}).get("models", {}).items():
        found += _about_result(name, model, summary or {})
    if cohort["reason"]:
        found.append(_remark(f"No pictures, sites and scanners can be shown: {cohort['reason']}."))
    return sorted(found, key=lambda note: note["level"] != "warning")


def comparison_notes(runs: Sequence[Run]) -> list[Note]:
    """What to mind when several runs stand side by side."""
    found: list[Note] = []
    if len({str((run.facts.get("cohort") or {}).get("sha256")) for run in runs}) > 1:
        found.append(
            _warning("The runs used different cohorts: their differences are not only those of the models.")
        )
    if len({run.grouping.name for run in runs}) > 1:
        found.append(
            _warning("The runs use different classes: accuracy and chance are not comparable across them.")
        )
    splits = {str((run.splits or {}).get("sha256")) for run in runs if run.kind == "cv"}
    if len(splits) > 1:
        found.append(_warning("The cross-validations used different folds: compare them with care."))
    return found


def _about_data(run: Run, phantom: bool) -> list[Note]:
    found: list[Note] = []
    if phantom:
        found.append(
            _warning(
                "The cohort is a phantom: computed pictures of invented patients. The numbers show that the "
                "software works; they say nothing about people."
            )
        )
    if run.kind == "train":
        found.append(
            _warning("A train run holds no images out: it has training curves and no performance numbers.")
        )
    if run.kind == "predict":
        found += _about_prediction(run)
    alone = len({row.image for row in run.predictions if not row.patient and row.true_class is not None})
    if alone:
        found.append(_warning(f"{alone} images have no patient: each counts as a patient of its own."))
    return found


def _about_prediction(run: Run) -> list[Note]:
    total = len(run.predictions)
    notices = list((run.facts.get("notices") or {}).values())
    lost = sum(str(text).startswith("seen in training") for text in notices)
    found: list[Note] = []
    if lost:
        found.append(
            _warning(
                f"{lost} of {total} images were trained on by every network that could answer: these "
                "answers say nothing about new scans."
            )
        )
    if len(notices) > lost:
        found.append(
            _warning(
                f"{len(notices) - lost} of {total} images were trained on: each was answered by the folds "
                "that had not seen it, so this is no external test."
            )
        )
    if not notices and any(row.true_class is not None for row in run.predictions):
        found.append(_remark("External test: a finished model, applied to images it was not trained on."))
    abstained = len(run.facts.get("abstained") or [])
    if abstained:
        found.append(_warning(f"{abstained} scans were not answered and are not counted here."))
    return found


def _about_split(run: Run) -> list[Note]:
    if run.splits is None:
        return []
    found: list[Note] = []
    leaked = int(run.splits.get("leaked_patients") or 0)
    if leaked:
        found.append(
            _warning(
                f"{leaked} patients have images in both the training and the test part of a fold: accuracy "
                "is higher here than it would be on new patients."
            )
        )
    copies = run.splits.get("duplicates") or []
    if copies:
        found.append(_warning(f"{len(copies)} groups of identical pictures were found in the cohort."))
    return found


def _about_result(name: str, model: dict[str, Any], summary: dict[str, Any]) -> list[Note]:
    found: list[Note] = []
    patients = model["patients"]
    low, majority = patients["accuracy"].get("low"), patients["majority"]["value"]
    if low is not None and low <= majority:
        common = summary["class_names"][patients["per_class"].index(max(patients["per_class"]))]
        found.append(
            _warning(
                f"{name}: the interval of the accuracy includes the majority rate, so it is not shown to be "
                f"better than always answering {common}."
            )
        )
    if model["unknown_stage"]:
        found.append(
            _remark(f"{name}: {model['unknown_stage']} images have no known stage and are not scored for it.")
        )
    return found


def _warning(text: str) -> Note:
    return {"level": "warning", "text": text}


def _remark(text: str) -> Note:
    return {"level": "remark", "text": text}
