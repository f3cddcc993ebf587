"""Runs against each other, patient by patient."""

import json
from collections.abc import Sequence
from typing import Any

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.compare import compare_models, training_variance
from livernet.core.metrics.summary import group_by_model
from livernet.core.report.collect import Run


def compare_runs(runs: Sequence[Run]) -> dict[str, Any] | None:
    """The models of several runs of one cohort against the first one; ``None`` for a single run.

    Returns:
        ``pairs`` and, where there are none, ``reason``; ``seeds``, the variation of trainings that differ in
        their seed alone. The models are called ``A · MODEL``, ``B · MODEL``.
    """
    if len(runs) < 2:
        return None
    reason = _reason(runs)
    if reason:
        return {"pairs": [], "seeds": [], "reason": reason}
    groups = {
        f"{chr(ord('A') + number)} · {name}": rows
        for number, run in enumerate(runs)
        for name, rows in group_by_model(run.predictions).items()
        if any(row.true_class is not None for row in rows)
    }
    grouping = next(run.grouping for run in runs if run.predictions)
    seeds = training_variance(_trainings(runs), grouping)
    return {"pairs": compare_models(groups, grouping), "seeds": seeds, "reason": None}


def _reason(runs: Sequence[Run]) -> str | None:
    held = [run for run in runs if any(row.true_class is not None for row in run.predictions)]
    if len(held) < 2:
        return "fewer than two runs have held-out answers with a known stage"
    cohorts = {(run.facts.get("cohort") or {}).get("sha256") for run in held}
    if None in cohorts:
        return "a run was made of scans that belong to no cohort"
    if len(cohorts) > 1:
        return "the runs used different cohorts, so that their patients cannot be paired"
    if len({run.grouping.name for run in held}) > 1:
        return "the runs use different classes"
    return None


def _trainings(runs: Sequence[Run]) -> dict[str, dict[int, list[Prediction]]]:
    """Held-out rows by model and seed, of cross-validations that differ in nothing else."""
    by_settings: dict[str, dict[str, dict[int, list[Prediction]]]] = {}
    for run in runs:
        config = json.loads(json.dumps(run.facts.get("config") or {}))
        if isinstance(config.get("train"), dict):
            config["train"].pop("seed", None)
        models = by_settings.setdefault(json.dumps(config, sort_keys=True), {})
        for row in run.predictions if run.kind == "cv" else ():
            models.setdefault(row.model, {}).setdefault(row.seed, []).append(row)
    several = len(by_settings) > 1
    return {
        f"{model}, settings {number}" if several else model: seeds
        for number, models in enumerate(by_settings.values(), start=1)
        for model, seeds in models.items()
    }
