"""A methods section ready to paste, made of what the run knows, with its references.

What a run cannot know is left in square brackets for the authors; what it does not know is left out.
"""

from collections.abc import Mapping
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.words import about_data, about_model, about_results
from livernet.core.report.words.english import sentences
from livernet.core.report.words.known import Known, know
from livernet.core.report.words.references import number_citations

_ASK = (
    "[State the setting and period, how patients were selected, the approval of the ethics committee, "
    "the scoring system of fibrosis, who graded it and how, and who outlined the liver.]"
)


def methods(run: Run, described: Mapping[str, Any]) -> dict[str, Any]:
    """The section: ``parts`` of a title and a text each, ``text`` as one piece, and ``references``."""
    known = know(run, described)
    written = [(title, text) for title, text in _parts(known) if text]
    texts, references = number_citations([text for _, text in written])
    parts = [{"title": title, "text": text} for (title, _), text in zip(written, texts, strict=True)]
    return {"parts": parts, "text": " ".join(texts), "references": references}


def _parts(known: Known) -> list[tuple[str, str]]:
    data, model, results = about_data, about_model, about_results
    ask = "" if known.phantom else _ASK
    return [
        ("Patients and images", sentences(data.cohort(known), data.masks(known), ask)),
        ("Preparation of images", sentences(data.deidentification(known), data.preparation(known))),
        ("Network", sentences(model.network(known), model.loss(known))),
        ("Training", model.training(known)),
        ("Division of the data", data.division(known)),
        ("Evaluation", sentences(results.unit(known), results.calibration(known), results.audits(known))),
        ("Statistics", sentences(results.statistics(known), results.decision_curve(known))),
        ("Software", model.software(known)),
    ]
