"""Audit: are the answers better where the liver is outlined better?"""

from collections.abc import Mapping
from typing import Any

from livernet.core.audits.audit import Audit, found, not_run

_SIGNS = {"dice": "Dice against the given outline", "mask_confidence": "confidence of the mask"}


def audit_masks(relation: Mapping[str, Any] | None) -> Audit:
    """What the relation between mask quality and right classes means.

    Args:
        relation: what :func:`livernet.core.metrics.relation.quality_relation` returned; ``None`` where a run
            has none.
    """
    measured = {sign: relation[sign]["auc"] for sign in _SIGNS if sign in relation} if relation else {}
    known = {sign: auc for sign, auc in measured.items() if auc.get("value") is not None}
    if not known:
        reasons = [str(auc["reason"]) for auc in measured.values() if auc.get("reason")]
        return not_run("masks", f"Not measured: {reasons[0] if reasons else 'the run does not tell'}.")
    sign, auc = next(iter(known.items()))
    numbers = {"sign": sign, "auc": dict(auc), "signs": measured}
    told = f"AUC of the {_SIGNS[sign]} for being right {auc['value']:.2f}"
    low, high = auc.get("low"), auc.get("high")
    if low is None or high is None:
        return found("masks", "passed", f"{told}.", numbers)
    told = f"{told}, {low:.2f} to {high:.2f}"
    if low > 0.5:
        verdict = f"Images with a better outline are staged better ({told})."
        return found("masks", "passed", verdict, numbers)
    if high < 0.5:
        verdict = f"Images with a worse outline are staged better ({told}): the liver may not be looked at."
        return found("masks", "caution", verdict, numbers)
    return found("masks", "passed", f"Outline and stage go their own ways ({told}).", numbers)
