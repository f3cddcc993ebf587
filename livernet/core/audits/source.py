"""Audit: can the stage be told from where a picture comes from?"""

from collections.abc import Mapping, Sequence

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.origin import TOGETHER
from livernet.core.audits.questions import Trial
from livernet.core.audits.quick import Answer, Floats, examine
from livernet.core.audits.rule import ONE_SIDED, figures, state_of, told, too_few

_NAMED = 2
"""How many further aspects a verdict names."""


def audit_source(parts: Mapping[str, Floats], trial: Trial) -> Audit:
    """Whether scanner, site, file or sector tell the stage, and which of them do.

    Args:
        parts: what :func:`livernet.core.audits.origin.parts_of` made of the images of the trial's subjects.
        trial: patients, folds and questions.
    """
    reason = too_few(trial.subjects)
    if reason:
        return not_run("source", reason)
    if not parts:
        return found("source", "passed", "All pictures come from one source, as far as is recorded.")
    answer = examine(parts, trial)
    if answer is None:
        return not_run("source", ONE_SIDED)
    carriers = carrying(answer)
    numbers = figures(answer) | {"carriers": carriers}
    state = state_of(answer)
    if state == "passed":
        verdict = f"Scanner, site, file and sector were not found to tell the stage ({told(answer)})."
    else:
        verdict = _sentence(carriers, answer)
    return found("source", state, verdict, numbers)


def carrying(answer: Answer) -> list[str]:
    """The single aspects that tell the answer's question better than chance does in 99 of 100, best first."""
    name = answer.question.name
    single = {part: auc[name] for part, auc in answer.auc.items() if part != TOGETHER}
    return [part for part, auc in sorted(single.items(), key=lambda item: -item[1]) if auc >= answer.chance]


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
