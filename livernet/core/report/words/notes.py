"""What a reader must know before the numbers, in plain words."""

from collections.abc import Sequence
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.words import about_baselines
from livernet.core.report.words.about_baselines import RANDOM
from livernet.core.report.words.english import count, listed, was

Note = dict[str, str]


def notes(run: Run, summary: dict[str, Any] | None, cohort: dict[str, Any], phantom: bool) -> list[Note]:
    """The warnings and remarks of one run, the gravest first."""
    found = [*_about_data(run, phantom), *_about_split(run), *_about_seeds(run)]
    found += _about_baselines(run)
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
    elif run.cohort is not None and run.cohort.phantoms:
        some, total = run.cohort.phantoms, count(len(run.cohort.rows), "image")
        found.append(
            _warning(
                f"The cohort mixes computed and real pictures, as it seems: in {some:,} of {total} a site, "
                "scanner or view is called a phantom. The numbers are of both together."
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
        have = "image has no patient: it" if alone == 1 else "images have no patient: each"
        found.append(_warning(f"{alone} {have} counts as a patient of its own."))
    return found


def _about_prediction(run: Run) -> list[Note]:
    total = len(run.predictions)
    notices = list((run.facts.get("notices") or {}).values())
    lost = sum(str(text).startswith("seen in training") for text in notices)
    found: list[Note] = []
    if lost:
        found.append(
            _warning(
                f"{lost} of {count(total, 'image')} {was(lost)} trained on by every network that could "
                f"answer: {'this answer says' if lost == 1 else 'these answers say'} nothing about new scans."
            )
        )
    own = len(notices) - lost
    if own:
        found.append(
            _warning(
                f"{own} of {count(total, 'image')} {was(own)} trained on: each was answered by the folds "
                "that had not seen it, so this is no external test."
            )
        )
    if not notices and any(row.true_class is not None for row in run.predictions):
        found.append(_remark("External test: a finished model, applied to images it was not trained on."))
    abstained = len(run.facts.get("abstained") or [])
    if abstained:
        are = "is" if abstained == 1 else "are"
        found.append(
            _warning(f"{count(abstained, 'scan')} {was(abstained)} not answered and {are} not counted here.")
        )
    return found


def _about_split(run: Run) -> list[Note]:
    if run.splits is None:
        return []
    found: list[Note] = []
    leaked = int(run.splits.get("leaked_patients") or 0)
    if leaked:
        found.append(
            _warning(
                f"{count(leaked, 'patient')} {'has' if leaked == 1 else 'have'} images in both the training "
                "and the test part of a fold: accuracy is higher here than it would be on new patients."
            )
        )
    return found + _about_copies(run, run.splits)


def _about_copies(run: Run, splits: dict[str, Any]) -> list[Note]:
    """Copies of pictures, what was done about them, and stages that contradict each other."""
    groups = [group for group in splits.get("duplicates") or [] if isinstance(group, dict)]
    if not groups:
        return []
    near = sum(group.get("kind") == "near" for group in groups)
    kinds = [
        f"{count(number, 'group')} of {which} pictures"
        for number, which in ((len(groups) - near, "identical"), (near, "nearly identical"))
        if number
    ]
    across = sum((group.get("patients") or 1) > 1 for group in groups)
    policy = (run.facts.get("split") or {}).get("duplicates")
    done = {
        "group": "patients who share one are counted as one patient",
        "allow": "nothing was done about them, so that a copy may be learnt from and tested",
    }.get(str(policy), "")
    told = f"{listed(kinds)} {was(len(groups))} found in the cohort"
    told += f", {across} of them under different patients" if across else ""
    found = [(_warning if across or policy == "allow" else _remark)(f"{told}{': ' + done if done else ''}.")]
    unsure = [one for one in splits.get("contradictions") or [] if isinstance(one, dict)]
    if unsure:
        images = sum(len(one.get("images") or ()) for one in unsure)
        times = "time" if len(unsure) == 1 else "times"
        found.append(
            _warning(
                f"{len(unsure)} {times} the same picture has different stages under different patients: none "
                f"of them can be believed, and {count(images, 'image')} {was(images)} used without a stage."
            )
        )
    return found


def _about_baselines(run: Run) -> list[Note]:
    """Where the patches of the baselines came from, and features that were not learnt from anything."""
    found = [_remark(told) for told in about_baselines.places(run)]
    weights = run.facts.get("weights") or {}
    random = [name for name, said in weights.items() if str(said.get("source")).startswith(RANDOM)]
    if random:
        found.append(
            _warning(
                f"{listed(random)}: the features began with random weights, not with ImageNet's, so that "
                "this is no transfer learning and not the baseline of the paper."
            )
        )
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
    unknown = model["unknown_stage"]
    if unknown:
        have = "has no known stage and is" if unknown == 1 else "have no known stage and are"
        found.append(_remark(f"{name}: {count(unknown, 'image')} {have} not scored for it."))
    return found + _about_calibration(name, model)


def _about_calibration(name: str, model: dict[str, Any]) -> list[Note]:
    """Probabilities that are raw, in all folds or in some, and why."""
    folds = (model.get("calibration_fit") or {}).get("folds") or []
    reasons = [str(fold["reason"]) for fold in folds if fold.get("reason")]
    if model.get("probabilities") != "calibrated":
        why = f": {reasons[0]}" if reasons else ""
        return [_remark(f"{name}: class probabilities are raw, not calibrated{why}.")]
    raw = [str(fold["reason"]) for fold in folds if fold.get("reason") and fold.get("temperature") == 1]
    if not raw:
        return []
    return [_remark(f"{name}: probabilities of {len(raw)} of {count(len(folds), 'fold')} are raw: {raw[0]}.")]


def _about_seeds(run: Run) -> list[Note]:
    """Models that were trained several times."""
    seeds: dict[str, set[int]] = {}
    for row in run.predictions:
        seeds.setdefault(row.model, set()).add(row.seed)
    return [
        _remark(f"{name} was trained with {len(found)} seeds: its results stand here once for each.")
        for name, found in seeds.items()
        if len(found) > 1
    ]


def _warning(text: str) -> Note:
    return {"level": "warning", "text": text}


def _remark(text: str) -> Note:
    return {"level": "remark", "text": text}
