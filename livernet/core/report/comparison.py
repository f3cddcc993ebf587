"""Runs against each other, patient by patient."""

from collections.abc import Sequence
from typing import Any

from livernet.core.metrics.summary import group_by_model
from livernet.core.report.collect import Run


def compare_runs(runs: Sequence[Run]) -> dict[str, Any] | None:
    """Paired differences between the models of several runs of one cohort; ``None`` for a single run.

    Returns:
        ``pairs`` and, where there are none, ``reason``. Runs A and B are called ``A · MODEL``, ``B · MODEL``.
    """
    if len(runs) < 2:
        return None
    reason = _reason(runs)
    return {"pairs": [] if reason else _pairs(runs), "reason": reason}


def _reason(runs: Sequence[Run]) -> str | None:
    held = [run for run in runs if any(row.true_class is not None for row in run.predictions)]
    if len(held) < 2:
        return "fewer than two runs have held-out answers with a known stage"
    if len({str((run.facts.get("cohort") or {}).get("sha256")) for run in held}) > 1:
        return "the runs used different cohorts, so that no patient is answered by both"
    if len({run.grouping.name for run in held}) > 1:
        return "the runs use different classes"
    return None


def _pairs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    from livernet.core.metrics.compare import compare_models

    groups = {
        f"{chr(ord('A') + number)} · {name}": rows
        for number, run in enumerate(runs)
        for name, rows in group_by_model(run.predictions).items()
        if any(row.true_class is not None for row in rows)
    }
    return compare_models(groups, runs[0].grouping)
