"""Whether the numbers of a run can be believed, in words for its first page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from livernet.core.audits.audit import Audit
from livernet.core.stages import cutoff_name

Belief = Literal["no", "with care", "nothing found against them"]
FEW = 10
"""Patients of a class below which its numbers say little."""
_CAUSES = {
    "shuffled": "the folds test what they were trained on",
    "outside": "the stage can be told without seeing the liver",
    "source": "the stage can be told from where a picture comes from",
    "duplicates": "copies of tested pictures were learnt from",
}
"""Audits whose failure takes all worth from the numbers, and what that failure means."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer and what it rests on."""

    state: Belief
    """Can the numbers be believed?"""
    headline: str
    """One sentence."""
    reasons: tuple[str, ...]
    """One sentence each, the gravest first."""

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {"state": self.state, "headline": self.headline, "reasons": list(self.reasons)}


def judge(
    audits: Sequence[Audit], *, leaked_patients: int, phantom: bool, summary: Mapping[str, Any]
) -> Verdict:
    """Weigh the audits of a run together with its folds and its numbers.

    Args:
        audits: all that were made.
        leaked_patients: patients with images on both sides of a fold.
        phantom: whether the pictures are synthetic; that is said, and is no reason against the numbers.
        summary: the contents of summary.json.
    """
    failed = [audit for audit in audits if audit.state == "failed" and audit.name in _CAUSES]
    grave = [audit.verdict for audit in failed]
    if leaked_patients:
        have = "patients have images" if leaked_patients > 1 else "patient has images"
        grave.insert(0, f"{leaked_patients} {have} both in training and in test.")
    mild = [*_mild(audits), *_weak(summary)]
    numbers = "These numbers of a phantom" if phantom else "These numbers"
    if grave:
        cause = "patients were trained on and tested" if leaked_patients else _CAUSES[failed[0].name]
        return Verdict(
            state="no", headline=f"{numbers} cannot be believed: {cause}.", reasons=(*grave, *mild)
        )
    if mild:
        return Verdict(state="with care", headline=f"{numbers} are to be read with care.", reasons=(*mild,))
    headline = f"Nothing was found against {numbers[0].lower()}{numbers[1:]}."
    return Verdict(state="nothing found against them", headline=headline, reasons=())


def _mild(audits: Sequence[Audit]) -> Iterator[str]:
    for audit in audits:
        if audit.state == "caution" or (audit.state == "failed" and audit.name not in _CAUSES):
            yield audit.verdict
    for audit in audits:
        if audit.state == "not run":
            yield f"{audit.title}: not checked. {audit.verdict}"


def _weak(summary: Mapping[str, Any]) -> Iterator[str]:
    """What the numbers themselves say against being relied on."""
    models = summary.get("models", {})
    units = {name: model.get("patients", {}) for name, model in models.items()}
    for unit in list(units.values())[:1]:
        yield from _few(unit.get("per_class", []), summary.get("class_names", []))
    for name, unit in units.items():
        of = f" ({name})" if len(units) > 1 else ""
        yield from _never_found(unit.get("confusion", []), summary.get("class_names", []), of)
        accuracy, majority = unit.get("accuracy", {}), unit.get("majority", {}).get("value")
        if _reaches_down_to(accuracy, majority):
            yield (
                f"The accuracy{of} of {_in_percent(accuracy)} may be no better than "
                f"always naming the largest class ({100 * majority:.0f} %)."
            )
        for cutoff, auc in unit.get("auc", {}).items():
            if _reaches_down_to(auc, 0.5):
                means = "answers the wrong way round" if auc.get("high", 1) < 0.5 else "may be chance"
                yield f"The AUC{of} at {cutoff_name(cutoff)} of {_with_interval(auc)} {means}."


def _few(counts_K: Sequence[int], names: Sequence[str]) -> Iterator[str]:
    """Classes of few patients; one sentence where no class has any."""
    if counts_K and not any(counts_K):
        yield "No patient has a known stage."
        return
    for name, count in zip(names, counts_K, strict=False):
        if count < FEW:
            yield f"Class {name} has {count or 'no'} patient{'s' * (count != 1)}: too few to rely on."


def _never_found(counts_KK: Sequence[Sequence[int]], names: Sequence[str], of: str) -> Iterator[str]:
    """Classes whose patients all got another one, rows of the confusion matrix being true classes."""
    for name, row, right in zip(names, counts_KK, range(len(counts_KK)), strict=False):
        if sum(row) and not row[right]:
            yield f"No patient of {name} ({sum(row)}) was called {name}{of}."


def _in_percent(measure: Mapping[str, Any]) -> str:
    value, low, high = (100 * measure[key] for key in ("value", "low", "high"))
    return f"{value:.0f} % ({low:.0f} to {high:.0f} %)"


def _with_interval(measure: Mapping[str, Any]) -> str:
    return f"{measure['value']:.2f} ({measure['low']:.2f} to {measure['high']:.2f})"


def _reaches_down_to(measure: Mapping[str, Any], level: float | None) -> bool:
    low = measure.get("low")
    return level is not None and low is not None and low <= level
