"""Measures as they stand in a sentence."""

from collections.abc import Mapping
from typing import Any


def measured(measure: Mapping[str, Any], digits: int = 2) -> str:
    """``0.79 (95 % interval 0.68 to 0.87)``, or why there is no value."""
    value = measure.get("value")
    if value is None:
        return f"not computed ({measure.get('reason') or 'no reason recorded'})"
    if measure.get("low") is None or measure.get("high") is None:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} (95 % interval {measure['low']:.{digits}f} to {measure['high']:.{digits}f})"
