"""Answers to CLAIM items 5 to 21: design, data, reference standard, partitions, sample size."""

from collections import Counter
from typing import Any

from livernet.core.report.words import about_data as data
from livernet.core.report.words.answer import Answer, tell
from livernet.core.report.words.english import count, listed, sentences
from livernet.core.report.words.known import Known


def goal(known: Known) -> Answer:
    """Item 6."""
    names = listed(list(known.described.get("class_names") or ()))
    aims = {"grade": f"to tell the fibrosis classes {names} apart", "outline": "to outline the liver"}
    what = {
        "cv": "Cross-validation of a network",
        "predict": "Test of a finished network",
        "train": "Training of a network",
    }[known.kind]
    if not known.tasks or not names:
        return Answer(missing="the goal of the study")
    told = f"{what} {listed([aims[task] for task in known.tasks])}, image by image."
    return tell(told, "made", "whether this was to create, test or compare a model")


def sources(known: Known) -> Answer:
    """Item 7."""
    sha = str((known.run.facts.get("cohort") or {}).get("sha256") or "")
    mark = f"The manifest has SHA-256 {sha[:12]}…" if sha else ""
    told = sentences(data.cohort(known), mark)
    return tell(
        told,
        "characteristics",
        "" if known.phantom and told else "institutions, period, and access to the data",
    )


def eligibility(known: Known) -> Answer:
    """Item 8."""
    steps = (known.described.get("flow") or {}).get("steps") or ()
    left_out = [part["reason"] for step in steps[:1] for part in step["left_out"]]
    if not known.preprocessing:
        return Answer(missing="criteria for including and excluding patients and images")
    told = (
        f"Images were left out for technical reasons: {listed(left_out)}."
        if left_out
        else "No image was left out for technical reasons."
    )
    return tell(told, "flow", "clinical criteria for including and excluding patients")


def preparation(known: Known) -> Answer:
    """Item 9."""
    return tell(data.preparation(known), "methods", "" if known.preprocessing else "how the images were made")


def subsets(known: Known) -> Answer:
    """Item 10."""
    settings = known.preprocessing.get("settings") or {}
    if not settings:
        return Answer(missing="how images were chosen from examinations")
    frames = {"first": "the first frame", "middle": "the middle frame", "all": "all frames"}
    which = frames.get(str(settings.get("frames")), f"frames chosen as '{settings.get('frames')}'")
    told = f"The ultrasound sector of each image, without the rest of the screen; of cine loops {which}."
    return tell(told, "methods", "how images were chosen from examinations")


def deidentification(known: Known) -> Answer:
    """Item 11."""
    return tell(data.deidentification(known), "methods", "" if known.preprocessing else "how, and by whom")


def missing_data(known: Known) -> Answer:
    """Item 12."""
    if known.run.cohort is None:
        return Answer(missing="how missing data were handled")
    rows = known.run.cohort.rows
    no_stage, no_mask = sum(r.stage is None for r in rows), sum(not r.mask for r in rows)
    told = (
        f"Of {count(len(rows), 'image')}, {no_stage:,} had no stage and {no_mask:,} no liver mask; they were "
        "used for what they had, and nothing was imputed."
    )
    return tell(told, "characteristics")


def acquisition(known: Known) -> Answer:
    """Item 13."""
    images = list((known.preprocessing.get("images") or {}).values())
    parts = []
    if known.named("scanners"):
        parts.append(f"Scanners: {listed(known.named('scanners'))}.")
    rows = known.run.cohort.rows if known.run.cohort is not None else ()
    views = sorted({row.view for row in rows if row.view})
    parts += [f"Views: {listed(views)}."] if views else []
    if images:
        formats = Counter(str(image["format"]) for image in images if image.get("format")).most_common()
        parts += [f"Formats: {listed([f'{name} ({n:,})' for name, n in formats])}."] if formats else []
        scaled = sum((image.get("spacing_mm") or {}).get("before") is not None for image in images)
        parts.append(f"The pixel spacing is known for {scaled:,} of {count(len(images), 'image')}.")
    return tell(sentences(*parts), "characteristics", "probes, presets, preparation of patients, operators")


def reference(known: Known) -> Answer:
    """Item 14."""
    if known.phantom:
        return tell("Stage and mask are those from which the phantom was computed.", "characteristics")
    told = sentences(data.stages(known), data.masks(known))
    return tell(
        told,
        "characteristics",
        "the scoring system (METAVIR or another), how stages were determined (biopsy, its length, the "
        "reading) and masks drawn",
    )


def annotators(known: Known) -> Answer:
    """Item 16."""
    if known.phantom:
        return tell("None: the phantom was computed.", "characteristics")
    return tell(
        data.masks(known), "characteristics", "who graded fibrosis and drew the masks, and their training"
    )


def test_annotation(known: Known) -> Answer:
    """Item 17."""
    scored = {row.image for row in known.run.predictions if row.dice is not None}
    staged = {row.image for row in known.run.predictions if row.true_class is not None}
    if not scored and not staged:
        return Answer(missing="how the test images were annotated")
    told = (
        f"Test images have the labels of the cohort: {len(staged):,} a stage, {len(scored):,} an outline "
        "of the liver that was compared."
    )
    return tell(told, "flow", "" if known.phantom else "tools and instructions of the annotators")


def agreement(known: Known) -> Answer:
    """Item 18."""
    found: dict[str, Any] = (known.described.get("subgroups") or {}).get("agreement") or {}
    dice = found.get("dice") or {}
    if dice.get("median") is None:
        return Answer(missing="agreement of and within annotators")
    told = (
        f"The liver was outlined twice in {count(dice['n'], 'image')}: Dice {dice['median']:.3f} "
        f"(quartiles {dice['q1']:.3f} to {dice['q3']:.3f})."
    )
    return tell(told, "subgroups", "agreement on the stage, and agreement within annotators")


def partitions(known: Known) -> Answer:
    """Item 19."""
    told = data.division(known)
    split = known.described.get("split") or {}
    sizes = [fold["test_images"] for fold in split.get("folds") or ()]
    if sizes:
        told = sentences(told, f"Test parts have {min(sizes)} to {max(sizes)} images.")
    return tell(told, "made" if split else "methods")


def disjoint(known: Known) -> Answer:
    """Item 20."""
    splits = known.run.splits
    if known.kind == "predict":
        return _apart(known)
    if splits is None:
        return Answer(missing="the level at which training and test data are disjoint")
    level = {
        "patient": "Disjoint by patient.",
        "image": "Disjoint by image, not by patient.",
        "holdout": "Disjoint by image, not by patient.",
        "site": "Disjoint by site; no patient of the site held out was trained on.",
    }.get(str(splits.get("protocol")), "")
    leaked = splits.get("leaked_patients")
    also = f"Patients on both sides of a fold: {leaked}." if leaked is not None else ""
    return tell(sentences(level, also, data.duplicates(known)), "made")


def sample_size(known: Known) -> Answer:
    """Item 21."""
    patients = (known.model or {}).get("patients") or {}
    if not patients.get("n"):
        return Answer(missing="the intended sample size and how it was set")
    names = known.described.get("class_names") or ()
    each = listed([f"{n} of {name}" for n, name in zip(patients["per_class"], names, strict=False)])
    accuracy = patients["accuracy"]
    width = (
        f"The 95 % interval of the accuracy is {100 * (accuracy['high'] - accuracy['low']):.0f} percentage "
        "points wide."
        if accuracy.get("low") is not None
        else ""
    )
    told = sentences(f"{count(patients['n'], 'patient')} were scored: {each}.", width)
    return tell(told.replace("1 patient were", "1 patient was"), "results", "the intended sample size")


def _apart(known: Known) -> Answer:
    notices = known.run.facts.get("notices")
    if notices is None:
        return Answer(missing="whether the networks had seen patients of these scans")
    seen = len(notices)
    told = (
        f"{count(seen, 'scan')} had been trained on by some network of the run."
        if seen
        else "No scan was among the training images, which were compared pixel by pixel."
    )
    return tell(told, "results", "whether other images of the same patients were")


ANSWERS = {
    6: goal,
    7: sources,
    8: eligibility,
    9: preparation,
    10: subsets,
    11: deidentification,
    12: missing_data,
    13: acquisition,
    14: reference,
    16: annotators,
    17: test_annotation,
    18: agreement,
    19: partitions,
    20: disjoint,
    21: sample_size,
}
"""By number of the item; the numbers left out only the authors can answer."""
