"""The CLAIM 2024 checklist, filled from what the run knows; never a guess."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.words import answers_data, answers_model, answers_results
from livernet.core.report.words.answer import Answer
from livernet.core.report.words.claim_items import ITEMS, SOURCE, Item
from livernet.core.report.words.known import Known, know
from livernet.core.report.words.references import without_citations

NOT_PROVIDED = "NOT PROVIDED"
_ANSWERS = {**answers_data.ANSWERS, **answers_model.ANSWERS, **answers_results.ANSWERS}
_NOT_COVERED = (
    "This list is not TRIPOD+AI or STARD-AI: what those ask beyond it, such as approval and consent, "
    "involvement of patients and the public, fairness, blinding of the readers, indeterminate results and "
    "the time between biopsy and ultrasound, is not covered here."
)


def claim(run: Run, described: Mapping[str, Any]) -> dict[str, Any]:
    """All 44 items.

    Returns:
        ``source``, the counts ``answered``, ``in_part`` and ``not_provided``, ``not_covered`` (one
        sentence), and ``items``, each ``{number, section, title, status, answer, missing, where}``:
        ``answer`` is what the run knows or ``NOT PROVIDED``, ``missing`` what the authors must add,
        ``where`` the name of the section of the report that shows it.
    """
    known = know(run, described)
    items = [_filled(item, known) for item in ITEMS]
    states = Counter(item["status"] for item in items)
    return {
        "source": SOURCE,
        "answered": states["answered"],
        "in_part": states["in part"],
        "not_provided": states[NOT_PROVIDED],
        "not_covered": _NOT_COVERED,
        "items": items,
    }


def _filled(item: Item, known: Known) -> dict[str, Any]:
    answer = _ANSWERS[item.number](known) if item.number in _ANSWERS else Answer()
    return {
        "number": item.number,
        "section": item.section,
        "title": item.title,
        "status": answer.status,
        "answer": without_citations(answer.told) or NOT_PROVIDED,
        "missing": answer.missing,
        "where": answer.where,
    }
