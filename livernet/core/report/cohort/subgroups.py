"""Results by site, scanner, sex, age, body mass index and number of images: exploratory, no test is made."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from livernet.core.data.manifest import Row
from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_patient as cases_by_patient
from livernet.core.metrics.cases import patient_key
from livernet.core.metrics.segmentation import spread
from livernet.core.metrics.summary import group_by_model
from livernet.core.metrics.unit import score_rule
from livernet.core.report.cohort.agreement import agreement
from livernet.core.report.cohort.characteristics import by_patient, level_of, number_of
from livernet.core.report.cohort.flow import read_preprocessing
from livernet.core.report.collect import Run
from livernet.core.stages import STAGES, Grouping

LEAST = 10
"""Patients without whom no rate of a subgroup is computed."""
MOST_LEVELS = 20
"""Levels of a category that are shown, those with most patients first."""
AGES, WEIGHTS = (40, 60), (25, 30)
"""Lower ends of the upper groups of age (years) and body mass index (kg/m2)."""

Level = Callable[[Sequence[Row]], str]


def subgroups(run: Run, described: Mapping[str, Any]) -> dict[str, Any]:
    """Results by group of patients, and the agreement of two annotators.

    Returns:
        ``models``, by name a list of ``{name, levels}``, each level ``{name, n, per_class, accuracy,
        auc, dice}`` with measures of patients (``auc`` for F2 and F4, as far as the classes have them);
        ``single``, what all patients share or the manifest does not have; ``least``; ``agreement``; and
        ``reason``, why there are no subgroups.
    """
    found: dict[str, Any] = {
        "models": {},
        "single": [],
        "least": LEAST,
        "agreement": agreement(run.cohort, read_preprocessing(run)),
        "reason": "",
    }
    if run.cohort is None or not described.get("summary"):
        return found | {"reason": run.cohort_reason or "the run holds no results"}
    scored = {row.image for row in run.predictions if row.true_class is not None}
    patients = [
        rows for rows in by_patient(run.cohort.rows).values() if any(row.image in scored for row in rows)
    ]
    groups = {name: _levels(patients, level) for name, level in _attributes().items()}
    several = {name: levels for name, levels in groups.items() if len(levels) > 1}
    found["single"] = [name for name in groups if name not in several]
    found["models"] = {
        model: [
            {
                "name": name,
                "levels": [_level(level, members, rows, run.grouping) for level, members in levels.items()],
            }
            for name, levels in several.items()
        ]
        for model, rows in group_by_model(run.predictions).items()
        if several
    }
    return found


def _attributes() -> dict[str, Level]:
    return {
        "site": lambda rows: level_of(rows, "site"),
        "scanner": lambda rows: level_of(rows, "scanner"),
        "sex": lambda rows: level_of(rows, "sex"),
        "age": lambda rows: _range(number_of(rows, "age"), AGES, "years"),
        "body mass index": lambda rows: _range(number_of(rows, "bmi"), WEIGHTS, "kg/m²"),
        "images of a patient": _number_of_images,
    }


def _number_of_images(rows: Sequence[Row]) -> str:
    return "3 or more" if len(rows) > 2 else str(len(rows))


def _range(value: float | None, edges: Sequence[int], unit: str) -> str:
    """Which group a number falls into, the lower end of a group being in it; empty where there is none."""
    if value is None:
        return ""
    if value < edges[0]:
        return f"below {edges[0]} {unit}"
    if value >= edges[-1]:
        return f"{edges[-1]} {unit} or more"
    low, high = next(pair for pair in pairwise(edges) if pair[0] <= value < pair[1])
    return f"{low} to below {high} {unit}"


def _levels(patients: Sequence[Sequence[Row]], level: Level) -> dict[str, set[str]]:
    """Images by level of their patient, those of no level left out; in the order of their names.

    Images, since patients who share a picture may be one patient in the predictions.
    """
    members: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for rows in patients:
        if name := level(rows):
            members.setdefault(name, set()).update(row.image for row in rows)
            counts[name] += 1
    most = sorted(members, key=lambda name: (-counts[name], name))[:MOST_LEVELS]
    return {name: members[name] for name in sorted(most, key=_order)}


def _order(level: str) -> tuple[bool, str]:
    return not level.startswith("below"), level


def _level(name: str, images: set[str], rows: Sequence[Prediction], grouping: Grouping) -> dict[str, Any]:
    own = [row for row in rows if row.image in images]
    cases = cases_by_patient(own)
    scores = score_rule(cases, grouping)
    cutoffs = [STAGES[stage] for stage in grouping.cutoffs() if STAGES[stage] in {"F2", "F4"}]
    return {
        "name": name,
        "n": len(cases.names),
        "per_class": np.bincount(cases.true_N, minlength=len(grouping)).tolist(),
        "accuracy": _enough(len(cases.names), scores["accuracy"]),
        "auc": {cutoff: _enough(len(cases.names), scores["auc"][cutoff]) for cutoff in cutoffs},
        "dice": _dice(own),
    }


def _enough(patients: int, measure: dict[str, Any]) -> dict[str, Any]:
    if patients < LEAST:
        return {"value": None, "reason": f"fewer than {LEAST} patients"}
    return measure


def _dice(rows: Sequence[Prediction]) -> dict[str, Any]:
    """Dice over patients, each the mean of his images."""
    patients: dict[str, list[float]] = {}
    for row in rows:
        if row.dice is not None:
            patients.setdefault(patient_key(row), []).append(row.dice)
    if 0 < len(patients) < LEAST:
        return spread([], f"fewer than {LEAST} patients with masks") | {"n": len(patients)}
    return spread([float(np.mean(values)) for values in patients.values()])
