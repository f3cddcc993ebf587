"""Answers to CLAIM items 32 to 44: tests, results, discussion and other information."""

from typing import Any

from livernet.core.report.words.about_results import operating_points
from livernet.core.report.words.answer import NO_RESULTS, Answer, tell
from livernet.core.report.words.english import count, listed, sentences
from livernet.core.report.words.figures import measured
from livernet.core.report.words.known import Known
from livernet.core.stages import cutoff_name


def internal(known: Known) -> Answer:
    """Item 32."""
    if known.kind == "cv" and known.models:
        folds = len((known.run.splits or {}).get("folds") or ())
        return tell(
            f"Cross-validation with {count(folds, 'fold')}; all results are of images held out.", "results"
        )
    return Answer(missing=NO_RESULTS if known.kind == "train" else "a test on data like those trained on")


def external(known: Known) -> Answer:
    """Item 33."""
    staged = any(row.true_class is not None for row in known.run.predictions)
    if known.kind == "predict" and staged and known.run.facts.get("notices") == {}:
        return tell(
            "A finished model, applied to images it was not trained on.",
            "results",
            "how these patients differ",
        )
    if known.kind == "cv" and (known.run.splits or {}).get("protocol") == "site":
        return tell(
            "Each site was held out in turn; this stands in for, and is not, an external test.",
            "made",
            "a test on data from elsewhere, or why there is none",
        )
    return Answer(missing="a test on data from elsewhere, or why there is none")


def numbers(known: Known) -> Answer:
    """Item 35."""
    found = known.described.get("flow") or {}
    told = "; ".join(_step(step) for step in found.get("steps") or ())
    unknown = " ".join(found.get("unknown") or ())
    more = "patients excluded before the images were exported"
    return tell(sentences(f"{told}." if told else "", unknown if told else ""), "flow", more)


def characteristics(known: Known) -> Answer:
    """Item 36."""
    rows = (known.described.get("characteristics") or {}).get("rows") or ()
    if not rows:
        return Answer(missing="characteristics of the patients")
    names = [row["name"].partition(",")[0] for row in rows]
    absent = [name.lower() for name in ("Age", "Sex") if name not in names]
    told = f"Given in all and by class: {listed([name[0].lower() + name[1:] for name in names])}."
    return tell(told, "characteristics", listed(absent))


def performance(known: Known) -> Answer:
    """Item 37."""
    if known.model is None:
        return Answer(missing=NO_RESULTS)
    patients = known.model["patients"]
    told = sentences(
        known.doubt,
        f"Accuracy per patient {measured(patients['accuracy'])}; always answering the commonest class "
        f"would give {measured(patients['majority'])}.",
        _dice(known.model),
    )
    return tell(told, "results")


def accuracy(known: Known) -> Answer:
    """Item 38."""
    if known.model is None:
        return Answer(missing=NO_RESULTS)
    aucs = [
        f"AUC {cutoff_name(cutoff)} {measured(auc)}" for cutoff, auc in known.model["patients"]["auc"].items()
    ]
    points = operating_points(known)
    told = sentences(known.doubt, f"{'; '.join(aucs)}." if aucs else "", points)
    return tell(told, "results", "" if points else "sensitivity and specificity at a threshold")


def failures(known: Known) -> Answer:
    """Item 39."""
    counts = ((known.model or {}).get("patients") or {}).get("confusion") or []
    total = sum(map(sum, counts))
    if not total:
        return Answer(missing=NO_RESULTS if known.model is None else "which cases were wrong, and why")
    wrong = total - sum(row[k] for k, row in enumerate(counts))
    far = sum(n for i, row in enumerate(counts) for j, n in enumerate(row) if abs(i - j) > 1)
    told = (
        f"{wrong:,} of {count(total, 'patient')} got a wrong class, {far:,} of them by two classes or more."
    )
    return tell(told, "failures", "what the cases that failed have in common")


def limitations(known: Known) -> Answer:
    """Item 40."""
    found = known_limits(known)
    return tell(sentences(*found), "card", "the authors' own discussion")


def known_limits(known: Known) -> list[str]:
    """Limits that the run itself shows, one sentence each."""
    found: list[str] = []
    if known.phantom:
        found.append("The pictures are computed: the numbers say nothing about people.")
    verdict = known.described.get("verdict") or {}
    if verdict.get("state") not in {None, "nothing found against them"} and verdict.get("headline"):
        found += [str(verdict["headline"]), *map(str, verdict.get("reasons") or ())]
    for what, noun in (("sites", "site"), ("scanners", "scanner model")):
        if len(known.named(what)) == 1:
            found.append(f"All images come from one {noun}.")
    leaked = (known.run.splits or {}).get("leaked_patients")
    if leaked:
        found.append(f"Patients on both sides of a fold: {leaked}.")
    patients = (known.model or {}).get("patients") or {}
    counts = dict(
        zip(known.described.get("class_names") or (), patients.get("per_class") or (), strict=False)
    )
    few = [f"{name} ({n})" for name, n in counts.items() if n < 30]
    if few and patients.get("n"):
        found.append(f"Classes with fewer than 30 patients: {listed(few)}.")
    if known.kind == "cv":
        found.append("There is no external test; intervals take the trained networks as given.")
    return found


def meaning(_: Known) -> Answer:
    """Item 41."""
    return tell("Research use only, not a medical device.", "card", "what it means for practice")


def protocol(known: Known) -> Answer:
    """Item 42."""
    if not known.described.get("settings"):
        return Answer(missing="the study protocol")
    told = "All settings, the command line and the hashes of cohort and folds are in this report."
    return tell(told, "made", "the study protocol")


def availability(known: Known) -> Answer:
    """Item 43."""
    version = (known.described.get("made") or {}).get("version")
    told = f"Software: livernet {version}, Apache-2.0 licence." if version else ""
    return tell(told, "made", "whether and where the trained model and the data can be had")


def _step(step: dict[str, Any]) -> str:
    patients = f" of {count(step['patients'], 'patient')}" if step["patients"] is not None else ""
    return f"{step['title'].lower()}: {count(step['images'], 'image')}{patients}"


def _dice(model: dict[str, Any] | Any) -> str:
    dice = ((model.get("segmentation") or {}).get("images") or {}).get("dice") or {}
    if dice.get("median") is None:
        return ""
    return f"Dice of the mask: median {dice['median']:.3f} in {count(dice['n'], 'image')}."


ANSWERS = {
    32: internal,
    33: external,
    35: numbers,
    36: characteristics,
    37: performance,
    38: accuracy,
    39: failures,
    40: limitations,
    41: meaning,
    42: protocol,
    43: availability,
}
"""By number of the item; registration and funding only the authors can answer."""
