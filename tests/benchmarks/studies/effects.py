"""What a variant changes: means over seeds, and paired differences from a reference with 95 % intervals."""

import statistics
from collections.abc import Sequence
from typing import Any

from scipy.stats import t

from tests.benchmarks.studies.trials import MEASURES


def summarise(found: Sequence[dict[str, Any]], reference: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of one variant: every measure's mean, spread over seeds, and difference from the same seeds' reference.

    A training that failed has no scores and is counted apart; differences take the seeds that both have.
    """
    summary: dict[str, Any] = {
        "seeds": len(found),
        "failed": sum("failed" in one for one in found),
        "seconds": _mean([one["seconds"] for one in found if one["seconds"] is not None]),
    }
    others = {one["seed"]: one for one in reference}
    for name in MEASURES:
        values = [one[name] for one in found if one[name] is not None]
        apart = [
            one[name] - others[one["seed"]][name]
            for one in found
            if one["seed"] in others and None not in (one[name], others[one["seed"]][name])
        ]
        summary[name] = {
            "mean": _mean(values),
            "spread": round(statistics.stdev(values), 4) if len(values) > 1 else None,
            "worst": min(values, default=None),
            "difference": _interval(apart),
        }
    return summary


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None


def _interval(apart: Sequence[float]) -> dict[str, float | None]:
    """Mean and Student's interval over seeds, each of which drew weights and patients anew."""
    if len(apart) < 2:
        return {"value": _mean(apart), "low": None, "high": None}
    mean = statistics.fmean(apart)
    half = float(t.ppf(0.975, len(apart) - 1)) * statistics.stdev(apart) / len(apart) ** 0.5
    return {"value": round(mean, 4), "low": round(mean - half, 4), "high": round(mean + half, 4)}
