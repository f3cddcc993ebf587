import pytest

from livernet.core.audits.masks import audit_masks

UNKNOWN = {"auc": {"value": None, "reason": "every class is right"}}


def measured(low: float, high: float) -> dict[str, object]:
    return {"auc": {"value": (low + high) / 2, "low": low, "high": high}}


@pytest.mark.parametrize(
    ("relation", "state", "words"),
    [
        (None, "not run", "the run does not tell"),
        ({}, "not run", "the run does not tell"),
        ({"dice": UNKNOWN, "mask_confidence": UNKNOWN}, "not run", "every class is right"),
        ({"dice": measured(0.55, 0.7), "mask_confidence": UNKNOWN}, "passed", "better outline"),
        ({"dice": UNKNOWN, "mask_confidence": measured(0.4, 0.6)}, "passed", "confidence of the mask"),
        ({"dice": measured(0.2, 0.4)}, "caution", "worse outline"),
        ({"dice": {"auc": {"value": 0.7}}}, "passed", "0.70"),
    ],
)
def test_relation_is_told(relation: object, state: str, words: str) -> None:
    audit = audit_masks(relation)  # type: ignore[arg-type]
    assert audit.state == state
    assert words in audit.verdict
