"""One patient out of several who share a picture, and what becomes of stages that contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Row
from livernet.core.data.units import patient_units
from livernet.core.stages import STAGES


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Patients who share a picture and have different stages: none of their stages can be believed."""

    patients: tuple[str, ...]
    """Their pseudonyms, in manifest order; the first stands for all."""
    stages: tuple[int, ...]
    """What the manifest says of them, ascending."""
    rows: tuple[int, ...]
    """All their images, as indices into the manifest; they train and test without a stage."""

    def document(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The contradiction as ``splits.json`` tells it."""
        return {
            "patients": list(self.patients),
            "stages": [STAGES[stage] for stage in self.stages],
            "images": [rows[index].image for index in self.rows],
        }


def merge_patients(
    rows: Sequence[Row], groups: Sequence[DuplicateGroup]
) -> tuple[tuple[Row, ...], tuple[Contradiction, ...]]:
    """The rows with patients who share a picture made one, called by the pseudonym that comes first.

    A patient has one stage. Where those who become one have several, there is no telling which is right, and
    picking one would be a guess: the stage of all their images becomes unknown, and they are returned.
    """
    merged = list(rows)
    contradictions: list[Contradiction] = []
    for unit in patient_units(rows, groups):
        members = [rows[index] for index in unit.rows]
        patients = tuple(dict.fromkeys(row.patient for row in members))
        stages = tuple(sorted({row.stage for row in members if row.stage is not None}))
        if len(stages) > 1:
            contradictions.append(Contradiction(patients=patients, stages=stages, rows=unit.rows))
        for index in unit.rows:
            stage = None if len(stages) > 1 else rows[index].stage
            merged[index] = replace(rows[index], patient=patients[0], stage=stage)
    return tuple(merged), tuple(contradictions)
