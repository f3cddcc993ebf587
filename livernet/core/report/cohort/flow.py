"""How many pictures came in, were left out and why, and were used: the flow of STARD and CONSORT."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Row
from livernet.core.errors import LivernetError
from livernet.core.metrics.cases import patient_key
from livernet.core.preprocess.cohort.existing import read_decided
from livernet.core.preprocess.cohort.record import read_record
from livernet.core.report.collect import Run

Step = dict[str, Any]


def flow(run: Run, described: Mapping[str, Any]) -> dict[str, Any]:
    """The steps from the raw pictures to what was trained on and scored.

    Returns:
        ``steps``, each ``{title, images, patients, left_out: [{reason, images}], notes: [{what, images}]}``
        with ``None`` for a number that is not known; ``unknown``, what the flow cannot say and why; and
        ``deidentified``, whether ``preprocess`` made every picture, as far as is known.
    """
    record = read_preprocessing(run)
    steps: list[Step] = []
    unknown: list[str] = []
    if run.cohort is None:
        if run.kind != "predict":
            unknown.append(f"What became of the raw pictures is not known: {run.cohort_reason}.")
    elif record:
        steps.append(_prepared(run.cohort.folder, record))
    else:
        unknown.append(
            "What was left out before is not known: the cohort was not made by 'livernet preprocess', "
            "or its preprocess.json is gone or damaged."
        )
    if run.cohort is not None:
        steps.append(_cohort(run.cohort.rows, record, described.get("duplicates") or ()))
    steps += _use(run)
    return {"steps": steps, "unknown": unknown, "deidentified": _deidentified(run, record)}


def read_preprocessing(run: Run) -> dict[str, Any]:
    """``preprocess.json`` of the run's cohort; empty where there is none of this tool, or it is damaged."""
    if run.cohort is None:
        return {}
    try:
        record = read_record(run.cohort.folder) or {}
    except LivernetError:
        return {}
    return record if _is_whole(record) else {}


def _is_whole(record: Mapping[str, Any]) -> bool:
    """Whether the parts that a report reads have the types that ``preprocess`` writes."""
    match record:
        case {"images": dict(images), "outcome": dict(outcome), "settings": dict()}:
            reasons = outcome.get("reasons") or {}
        case _:
            return False
    if not isinstance(reasons, dict) or not all(isinstance(one, dict) for one in images.values()):
        return False
    parts = [one.get(name) or {} for one in images.values() for name in ("checks", "spacing_mm")]
    return all(isinstance(part, dict) for part in parts) and all(type(n) is int for n in reasons.values())


def _deidentified(run: Run, record: Mapping[str, Any]) -> bool:
    """Whether each image of the cohort is one that ``preprocess`` de-identified."""
    if run.cohort is None or not record.get("deidentification"):
        return False
    return all(row.image in record["images"] for row in run.cohort.rows)


def _prepared(folder: Path, record: Mapping[str, Any]) -> Step:
    """Pictures found in the raw files, less what was quarantined or rejected."""
    try:
        decided = read_decided(folder)
    except LivernetError:
        decided = []
    reasons = record["outcome"].get("reasons") or {}
    rejected = sum(one.verdict == "reject" for one in decided)
    left_out = [_part(f"quarantined: {reason}", n) for reason, n in sorted(reasons.items(), key=_most)]
    left_out += [_part("rejected by a person on the review sheet", rejected)] if rejected else []
    kept = len(record["images"])
    admitted = sum(bool(image.get("admitted")) for image in record["images"].values())
    total = kept + sum(one["images"] for one in left_out)
    notes = [_part("let in by a person although quarantined", admitted)] if admitted else []
    return _step("Pictures taken from the raw files", total, None, left_out, notes)


def _cohort(rows: Sequence[Row], record: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> Step:
    """The images of the manifest, and what they lack."""
    patients = len({row.patient for row in rows})
    notes = [
        _part("without a stage", sum(row.stage is None for row in rows)),
        _part("without an outline of the liver", sum(not row.mask for row in rows)),
        _part("with neither, which train nothing", sum(not row.mask and row.stage is None for row in rows)),
        _part("copies of another image", sum(len(group["images"]) - 1 for group in groups)),
        _part(
            "in groups of copies that have different classes",
            sum(len(group["images"]) for group in groups if (group.get("classes") or 1) > 1),
        ),
    ]
    if record:
        made = set(record["images"])
        gone = len(made - {row.image for row in rows})
        notes += [
            _part("taken out of the manifest by hand", gone),
            _part("added to the manifest by hand", sum(row.image not in made for row in rows)),
        ]
    return _step("In the cohort", len(rows), patients, [], [note for note in notes if note["images"]])


def _use(run: Run) -> list[Step]:
    if run.kind == "train":
        return _use_train(run)
    if run.kind == "predict":
        return _use_predict(run)
    return _use_cv(run)


def _use_cv(run: Run) -> list[Step]:
    folds = (run.splits or {}).get("folds") or []
    trained = {str(image) for fold in folds for image in fold["train"]}
    held = {str(image) for fold in folds for image in fold["test"]}
    notes = [_part("used to train as well, in other folds", len(trained & held))]
    notes += [_part("used to train and never held out", len(trained - held))] if trained - held else []
    unsure = (run.splits or {}).get("contradictions") or []
    doubtful = sum(len(one.get("images") or ()) for one in unsure if isinstance(one, Mapping))
    notes += [_part("used without a stage, their copies having another", doubtful)] if doubtful else []
    out = _step("Held out and predicted", len(held), _of(held, _patients(run)), [], notes)
    return [*([out] if folds else []), _scored(run)]


def _use_train(run: Run) -> list[Step]:
    if run.cohort is None or run.facts.get("holdout"):
        return []
    rows = [row for row in run.cohort.rows if row.mask or row.stage is not None]
    trained = _step("Used to train", len(rows), len({row.patient for row in rows}))
    return [trained, _step("Held out and scored", 0, 0)]


def _use_predict(run: Run) -> list[Step]:
    abstained = run.facts.get("abstained") or []
    reasons = Counter(_kind(one) for one in abstained)
    left_out = [_part(f"not answered: {reason}", n) for reason, n in sorted(reasons.items(), key=_most)]
    answered = {row.image for row in run.predictions}
    known = {row.patient for row in run.predictions if row.patient}
    seen = len(run.facts.get("notices") or {})
    notes = [_part("trained on by the run that answered", seen)] if seen else []
    given = _step("Scans given", len(answered) + len(abstained), None, left_out)
    return [given, _step("Answered", len(answered), len(known) or None, [], notes), _scored(run)]


def _scored(run: Run) -> Step:
    """Images whose class is known, so that the answer could be judged."""
    images = {row.image for row in run.predictions}
    known = {row.image: patient_key(row) for row in run.predictions if row.true_class is not None}
    missing = len(images) - len(known)
    left_out = [_part("no known stage", missing)] if missing else []
    dice = len({row.image for row in run.predictions if row.dice is not None})
    notes = [_part("with a predicted and a given outline", dice)]
    return _step("Scored for their stage", len(known), len(set(known.values())), left_out, notes)


def _patients(run: Run) -> dict[str, str]:
    if run.cohort is not None:
        return {row.image: row.patient for row in run.cohort.rows}
    return {row.image: patient_key(row) for row in run.predictions}


def _of(images: set[str], patients: Mapping[str, str]) -> int:
    return len({patients.get(image, image) for image in images})


def _kind(abstained: object) -> str:
    """The reason without figures in brackets and without the scan's name, which may name a patient."""
    if not isinstance(abstained, Mapping) or not abstained.get("reason"):
        return "no reason recorded"
    reason, name = str(abstained["reason"]), str(abstained.get("name") or "")
    return (reason.replace(name, "the scan") if name else reason).partition(" (")[0]


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _step(
    title: str,
    images: int,
    patients: int | None,
    left_out: Sequence[Step] = (),
    notes: Sequence[Step] = (),
) -> Step:
    return {
        "title": title,
        "images": images,
        "patients": patients,
        "left_out": list(left_out),
        "notes": list(notes),
    }


def _part(reason: str, images: int) -> Step:
    return {"reason": reason, "images": images}
