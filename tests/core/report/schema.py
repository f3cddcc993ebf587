"""The rules that every report.json keeps, wherever a number stands in it."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOP = {"schema", "livernet", "intended_use", "notes", "runs", "comparison"}
RUN = {
    *("label", "name", "kind", "grouping", "class_names", "phantom", "notes", "summary", "cohort", "split"),
    *(
        "duplicates",
        "duplicate_counts",
        "roc",
        "roc_band",
        "seeds",
        "relation",
        "gallery",
        "answers",
        "curves",
    ),
    *("made", "distances", "cohort_sha256", "settings", "libraries", "verdict", "audits", "audited", "flow"),
    *("characteristics", "subgroups", "claim", "card", "methods", "table1"),
}
MEASURES = {
    *("accuracy", "balanced_accuracy", "macro_f1", "kappa", "obuchowski", "brier", "brier_scaled", "rps"),
    *(
        "rps_scaled",
        "majority",
        "fold_mean",
        "slope",
        "intercept",
        "sensitivity",
        "specificity",
        "ppv",
        "npv",
    ),
    *("accuracy_difference", "patch_accuracy"),
}


def check_document(path: Path) -> dict[str, Any]:
    """Read a report.json strictly: no constant that is no JSON, and every measure a value or a reason."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    assert document["schema"] == 2
    assert set(document) == TOP
    for run in document["runs"]:
        assert set(run) == RUN
    for place, value in walk(document):
        if isinstance(value, float):
            assert math.isfinite(value), place
        key = place.rsplit("/", 1)[-1]
        if key in MEASURES and "summary/" in place:
            assert isinstance(value, dict), place
        if isinstance(value, dict) and "value" in value and not place.endswith("/numbers"):
            check_measure(place, value)
    return document


def check_measure(place: str, measure: dict[str, Any]) -> None:
    """Either a finite value, within its bounds where it has some, or a reason; never both, never neither."""
    value = measure["value"]
    if value is None:
        assert isinstance(measure.get("reason"), str), place
        assert measure["reason"], place
        assert "low" not in measure, place
        return
    assert isinstance(value, int | float), place
    if measure.get("low") is not None:
        assert measure["low"] - 1e-9 <= value <= measure["high"] + 1e-9, (place, measure)
        assert measure["method"], place


def walk(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a document with its place."""
    yield place, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{place}/{number}")


def _refuse(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")
