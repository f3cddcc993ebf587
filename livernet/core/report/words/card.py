"""A model card in the layout of Mitchell et al., Model cards for model reporting, FAT* 2019:220-229."""

from collections.abc import Mapping
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.words import about_data as data
from livernet.core.report.words import about_model as model
from livernet.core.report.words import about_results as results
from livernet.core.report.words.answers_results import known_limits
from livernet.core.report.words.english import count, listed, sentences
from livernet.core.report.words.figures import measured
from livernet.core.report.words.known import Known, know
from livernet.core.report.words.references import without_citations
from livernet.core.stages import cutoff_name

SOURCE = "Mitchell M, Wu S, Zaldivar A, et al. Model cards for model reporting. FAT* 2019:220-229."

_INTENDED = (
    "Research on grading liver fibrosis and outlining the liver in single ultrasound B-mode images, by "
    "people who can judge the result."
)
_OUT_OF_SCOPE = (
    "Not a medical device: not for diagnosis or treatment, and not in place of biopsy or elastography.",
    "Not for other organs, and not for Doppler or contrast images.",
    "Not for scanners or patients unlike those of the cohort without a new test on them.",
)


def card(run: Run, described: Mapping[str, Any]) -> dict[str, Any]:
    """The card: ``source`` and ``sections``, each ``{title, lines}``; one without a line is left out."""
    known = know(run, described)
    sections = (
        ("Model details", _details(known)),
        ("Intended use", [_INTENDED]),
        ("Uses out of scope", list(_OUT_OF_SCOPE)),
        ("Factors", _factors(known)),
        ("Metrics", [results.unit(known), results.statistics(known)]),
        ("Training data", _training_data(known)),
        ("Evaluation data", _evaluation_data(known)),
        ("Quantitative results", _quantities(known)),
        ("Ethical considerations and privacy", _ethics(known)),
        ("Limitations", known_limits(known)),
    )
    written = [(title, [without_citations(line) for line in lines if line]) for title, lines in sections]
    return {
        "source": SOURCE,
        "sections": [{"title": title, "lines": lines} for title, lines in written if lines],
    }


def _details(known: Known) -> list[str]:
    started = str((known.described.get("made") or {}).get("started") or "")[:10]
    return [
        sentences(model.brief(known), f"Run of {started}." if started else ""),
        model.loss(known),
        model.optimisation(known),
        model.software(known),
        "Licence of the software: Apache-2.0. Owner, contact and licence of the trained model: NOT PROVIDED.",
    ]


def _factors(known: Known) -> list[str]:
    places = [
        f"{noun}s: {listed(known.named(what))}." if len(known.named(what)) > 1 else ""
        for what, noun in (("sites", "Site"), ("scanners", "Scanner"))
    ]
    groups = (known.described.get("subgroups") or {}).get("models") or {}
    names = list(dict.fromkeys(group["name"] for found in groups.values() for group in found))
    return [*places, f"Results are given by {listed(names)}." if names else ""]


def _training_data(known: Known) -> list[str]:
    if known.kind == "predict":
        sha = str(known.run.facts.get("trained_on_cohort_sha256") or "")
        mark = f" Its manifest has SHA-256 {sha[:12]}…" if sha else ""
        return [f"The cohort of the run that trained the networks; see the report of that run.{mark}"]
    return [data.cohort(known), data.masks(known), data.preparation(known)]


def _evaluation_data(known: Known) -> list[str]:
    if known.kind == "train":
        return ["None: a train run holds no results."]
    if known.kind == "predict":
        return [data.cohort(known), data.masks(known), data.division(known)]
    return ["The same cohort, by cross-validation.", data.division(known)]


def _quantities(known: Known) -> list[str]:
    return [known.doubt, *(_quantity(name, found) for name, found in known.models.items()), _ranges(known)]


def _quantity(name: str, found: Mapping[str, Any]) -> str:
    patients = found["patients"]
    aucs = [f"AUC {cutoff_name(cutoff)} {measured(auc)}" for cutoff, auc in patients["auc"].items()]
    told = "; ".join([f"accuracy {measured(patients['accuracy'])}", *aucs])
    return f"{name}, {count(patients['n'], 'patient')}: {told}."


def _ranges(known: Known) -> str:
    """The lowest and highest accuracy of the subgroups of the first model."""
    found = (known.described.get("subgroups") or {}).get("models") or {}
    told = []
    for group in next(iter(found.values()), ()):
        values = [
            level["accuracy"]["value"] for level in group["levels"] if level["accuracy"]["value"] is not None
        ]
        if len(values) > 1:
            told.append(f"{group['name']} {min(values):.2f} to {max(values):.2f}")
    return f"Accuracy by subgroup, lowest to highest: {'; '.join(told)}." if told else ""


def _ethics(known: Known) -> list[str]:
    if known.phantom:
        return ["No patient data: the cohort is computed."]
    return [
        data.deidentification(known),
        "The report holds pictures and pseudonyms of the cohort: share it as you would share the cohort.",
        "Approval of an ethics committee and consent: NOT PROVIDED.",
    ]
