"""Audit: can the stage be told from where a picture comes from?"""

from collections.abc import Mapping, Sequence

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.origin import BORDER, TOGETHER
from livernet.core.audits.questions import Trial
from livernet.core.audits.quick import Answer, Floats, examine
from livernet.core.audits.rule import ONE_SIDED, figures, state_of, told, too_few

_NAMED = 2
"""How many further aspects a verdict names."""
_KINDS = {
    "the scanner": "scanner",
    "the site": "site",
    "the shape of the sector": "sector",
    "the route to the sector": "sector",
    BORDER: "border",
    "the level of the border": "border",
    "the number of marks on the picture": "marks",
}
"""What a verdict that has nothing to accuse calls an aspect; all others are of the file."""


def audit_source(parts: Mapping[str, Floats], trial: Trial, recorded: Mapping[str, bool]) -> Audit:
    """Whether scanner, site, file or sector tell the stage, and which of them do.

    Args:
        parts: what :func:`livernet.core.audits.origin.parts_of` made of the images of the trial's subjects.
        trial: patients, folds and questions.
        recorded: what :func:`livernet.core.audits.origin.is_recorded` said of the same images; what is not
            recorded is not checked, and the verdict says so.
    """
    reason = too_few(trial.subjects)
    if reason:
        return not_run("source", reason)
    missing = [name for name, known in recorded.items() if not known]
    unchecked = {"not_checked": missing} if missing else {}
    if not parts:
        one = f"All pictures come from one source, as far as is recorded{_unchecked(missing)}."
        return found("source", "passed", one, unchecked)
    answer = examine(parts, trial)
    if answer is None:
        return not_run("source", ONE_SIDED)
    carriers = carrying(answer)
    numbers = figures(answer) | {"carriers": carriers} | unchecked
    state = state_of(answer)
    if state == "passed":
        verdict = f"{_asked(recorded)} not found to tell the stage ({told(answer)}){_unchecked(missing)}."
    else:
        verdict = _sentence(carriers, answer)
    return found("source", state, verdict, numbers)


def carrying(answer: Answer) -> list[str]:
    """The single aspects that tell the answer's question better than chance does in 99 of 100, best first."""
    name = answer.question.name
    single = {part: auc[name] for part, auc in answer.auc.items() if part != TOGETHER}
    return [part for part, auc in sorted(single.items(), key=lambda item: -item[1]) if auc >= answer.chance]


def _asked(recorded: Mapping[str, bool]) -> str:
    kinds = [*dict.fromkeys(_KINDS.get(name, "file") for name, known in recorded.items() if known)]
    return f"{_listed(kinds).capitalize()} {'were' if len(kinds) > 1 else 'was'}"


def _unchecked(missing: Sequence[str]) -> str:
    return f"; not checked, for want of a record: {_listed(missing)}" if missing else ""


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _sentence(carriers: Sequence[str], answer: Answer) -> str:
    asked = answer.question
    if not carriers:
        return f"The pictures' origin tells {asked.words} ({told(answer)})."
    best, others = carriers[0], carriers[1 : 1 + _NAMED]
    sentence = f"{best[0].upper()}{best[1:]} alone tells {asked.words}"
    if best != answer.part:
        sentence += f" with AUC {answer.auc[best][asked.name]:.2f}"
    if others:
        sentence += f", and {' and '.join(others)} {'do' if len(others) > 1 else 'does'} so too"
    return f"{sentence} ({'' if best == answer.part else 'together '}{told(answer)})."
