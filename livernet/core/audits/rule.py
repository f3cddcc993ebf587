"""When a restricted input that should tell nothing tells the stage: the rule, and its words."""

import math
from typing import Any

import numpy as np

from livernet.core.audits.audit import State
from livernet.core.audits.questions import Subjects
from livernet.core.audits.quick import Answer
from livernet.core.metrics.measure import Measure

MOST_P = 0.01
LEAST_AUC = 0.6
ONE_SIDED = "The folds test patients of one class only."
EVEN = "an AUC far below 0.5 means that this is spread over the classes more evenly than chance would"
"""A held-out patient then always has the rarer combination, and the classifier learns the opposite."""
_FAR_BELOW = 0.35
_METHOD = "score interval for an AUC of independent patients"


def state_of(answer: Answer) -> State:
    """``failed`` (confounded): p < 0.01 and the AUC's lower bound above 0.6; ``caution``: p < 0.01 alone."""
    if answer.p >= MOST_P:
        return "passed"
    return "failed" if answer.low > LEAST_AUC else "caution"


def figures(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values."""
    best = Measure(value=answer.value, low=answer.low, high=answer.high, method=_METHOD)
    lowest = min(auc for by_question in answer.auc.values() for auc in by_question.values())
    return ({"note": EVEN} if lowest < _FAR_BELOW else {}) | {
        "auc": best.to_dict(),
        "question": answer.question.name,
        "part": answer.part,
        "p": answer.p,
        "chance": answer.chance,
        "patients": answer.patients,
        "auc_by_part": answer.auc,
        "null": answer.null_M.round(3).tolist(),
        "rule": f"confounded where p < {MOST_P} and the lower bound of the AUC is above {LEAST_AUC}",
    }


def told(answer: Answer) -> str:
    """The figures for the end of a sentence: AUC with interval, what chance gives, p."""
    p = f"p = {answer.p:.3f}" if answer.p >= MOST_P / 10 else "p < 0.001"
    return (
        f"AUC {answer.value:.2f}, {answer.low:.2f} to {answer.high:.2f}; "
        f"stages dealt at random reach up to {answer.chance:.2f}; {p}"
    )


def too_few(subjects: Subjects) -> str:
    """Why no audit that trains can be made of these patients; empty where it can."""
    counts = [count for count in subjects.per_class if count]
    if not counts:
        return "No patient has a known stage."
    if len(counts) == 1:
        return "All patients with a known stage are of one class."
    # below 1000 different deals, no finding could be told from chance at p < 0.01
    deals = math.lgamma(sum(counts) + 1) - sum(math.lgamma(count + 1) for count in counts)
    if deals < np.log(1000):
        return f"{sum(counts)} patients are too few to tell a finding from chance."
    return ""
