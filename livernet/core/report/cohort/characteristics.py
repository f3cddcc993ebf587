"""Table of the characteristics of the patients, by class and in all, from what the manifest has."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from livernet.core.data.manifest import Row
from livernet.core.report.collect import Run
from livernet.core.stages import Grouping

SEVERAL = "several"
"""The level of a patient whose images differ in a category."""
MOST_LEVELS = 12
"""Categories with more levels show the commonest and count the others together."""
SEXES = {"F": "female", "M": "male", "O": "other"}
NUMBERS = {
    "age": "Age, years",
    "bmi": "Body mass index, kg/m²",
    "biopsy_interval_days": "Biopsy interval, days",
}
CATEGORIES = {"sex": "Sex", "etiology": "Etiology", "site": "Site", "scanner": "Scanner"}

Patients = Mapping[str, Sequence[Row]]


def characteristics(run: Run, _: Mapping[str, Any]) -> dict[str, Any]:
    """The table.

    Returns:
        ``columns``, the classes that occur and ``all``; ``patients``, their number in each column; ``rows``,
        each ``{name, kind, cells}`` with one cell a column: ``{n}`` for ``count``, ``{n, missing, mean, sd,
        median, q1, q3, min, max}`` for ``number``, ``{n, missing}`` and ``levels`` for ``category``;
        ``notes``; and ``reason``, why there is no table.
    """
    if run.cohort is None:
        return {"columns": [], "patients": [], "rows": [], "notes": [], "reason": run.cohort_reason}
    columns = _columns(run.cohort.rows, run.grouping)
    rows = [*_counts(columns.values())]
    for key, name in NUMBERS.items():
        rows += _numbers(key, name, list(columns.values()))
    for key, name in CATEGORIES.items():
        rows += _category(key, name, list(columns.values()))
    return {
        "columns": list(columns),
        "patients": [len(patients) for patients in columns.values()],
        "rows": rows,
        "notes": _notes(run.cohort.rows),
        "reason": "",
    }


def number_of(rows: Sequence[Row], key: str) -> float | None:
    """The mean of the numbers that a patient's images give in a column; ``None`` where none is one."""
    values = [value for row in rows if (value := _parse(row.extras.get(key, ""))) is not None]
    return float(np.mean(values)) if values else None


def level_of(rows: Sequence[Row], key: str) -> str:
    """What a patient's images say in a column: ``several`` where they differ, empty without a word."""
    column = {"site", "scanner", "view"}
    found = {getattr(row, key) if key in column else row.extras.get(key, "") for row in rows} - {""}
    if len(found) > 1:
        return SEVERAL
    level = next(iter(found), "")
    return SEXES.get(level, level) if key == "sex" else level


def by_patient(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each patient, in order of first appearance."""
    patients: dict[str, list[Row]] = {}
    for row in rows:
        patients.setdefault(row.patient, []).append(row)
    return patients


def _columns(rows: Sequence[Row], grouping: Grouping) -> dict[str, dict[str, list[Row]]]:
    """The patients of each class, those of none or several, and all."""
    patients = by_patient(rows)
    columns: dict[str, dict[str, list[Row]]] = {name: {} for name in grouping.class_names}
    for patient, own in patients.items():
        classes = {grouping.class_of(row.stage) for row in own if row.stage is not None}
        name = "no stage" if not classes else "several classes"
        name = grouping.class_names[classes.pop()] if len(classes) == 1 else name
        columns.setdefault(name, {})[patient] = own
    return {**columns, "all": patients}


def _counts(columns: Any) -> list[dict[str, Any]]:
    """Images and masks, and images a patient."""
    columns = list(columns)
    tests: dict[str, Callable[[Row], bool]] = {
        "Images": lambda _: True,
        "Images with an outline of the liver": lambda row: bool(row.mask),
        "Images with a second outline": lambda row: bool(row.mask_b),
    }
    rows = [
        _row(name, "count", [{"n": sum(test(r) for own in c.values() for r in own)} for c in columns])
        for name, test in tests.items()
    ]
    each = [_spread([float(len(own)) for own in column.values()], 0) for column in columns]
    return [row for row in rows if row["cells"][-1]["n"]] + [_row("Images per patient", "number", each)]


def _numbers(key: str, name: str, columns: Sequence[Patients]) -> list[dict[str, Any]]:
    """A row of a number, where any patient has it."""
    cells = []
    for column in columns:
        values = [number_of(own, key) for own in column.values()]
        known = [value for value in values if value is not None]
        cells.append(_spread(known, len(values) - len(known)))
    return [_row(name, "number", cells)] if cells[-1]["n"] else []


def _category(key: str, name: str, columns: Sequence[Patients]) -> list[dict[str, Any]]:
    """A row of a category with its levels, commonest first, where any patient has it."""
    counts = [Counter(level_of(own, key) for own in column.values()) for column in columns]
    missing = [count.pop("", 0) for count in counts]
    order = sorted(counts[-1], key=lambda level: (level == SEVERAL, -counts[-1][level], level))
    if not order:
        return []
    levels = [
        {"name": level, "n": [count[level] for count in counts]}
        for level in (order if len(order) <= MOST_LEVELS else order[: MOST_LEVELS - 1])
    ]
    if len(order) > MOST_LEVELS:
        rest = order[MOST_LEVELS - 1 :]
        others = [sum(count[level] for level in rest) for count in counts]
        levels.append({"name": f"{len(rest)} others", "n": others})
    cells = [{"n": count.total(), "missing": gone} for count, gone in zip(counts, missing, strict=True)]
    return [_row(name, "category", cells) | {"levels": levels}]


def _spread(values: Sequence[float], missing: int) -> dict[str, float | int | None]:
    """How the numbers of one column lie; nulls where there are none, no SD of one."""
    if not values:
        names = ("mean", "sd", "median", "q1", "q3", "min", "max")
        return {"n": 0, "missing": missing, **dict.fromkeys(names)}
    low, q1, median, q3, high = np.quantile(values, (0, 0.25, 0.5, 0.75, 1)).tolist()
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    middle = {"mean": float(np.mean(values)), "sd": deviation, "median": median, "q1": q1, "q3": q3}
    return {"n": len(values), "missing": missing, **middle, "min": low, "max": high}


def _notes(rows: Sequence[Row]) -> list[str]:
    if any(_parse(row.extras.get("age", "")) == 90 for row in rows):
        return ["An age of 90 stands for 90 or older, so that mean and SD are a little too small."]
    return []


def _parse(text: str) -> float | None:
    """The number of a cell, which the manifest has checked; ``None`` of an empty one."""
    return float(text) if text else None


def _row(name: str, kind: str, cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "cells": cells}
