"""What became of a folder of raw pictures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Row, load_manifest
from livernet.core.preprocess.cohort.copies import Copies, count_copies
from livernet.core.preprocess.cohort.existing import read_decided
from livernet.core.preprocess.cohort.plan import Plan
from livernet.core.preprocess.cohort.verdicts import Decided
from livernet.core.stages import STAGES


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of a folder."""

    out: Path
    """The cohort's folder."""
    files: int
    """Raw pictures found."""
    images: int
    """Images in the cohort: more than files where loops and panels were taken apart."""
    patients: int
    """Patients in the cohort."""
    stages: dict[str, int]
    """Images of each stage, and of none under the empty name."""
    masks: int
    """Images with a mask."""
    markers: int
    """Images with marks inside the sector."""
    on_marker: str
    """What was done about them."""
    copies: Copies
    """Pictures that occur more than once."""
    reasons: dict[str, int]
    """Quarantined pictures by reason."""
    rejected: int
    """Images that a person rejected on the review sheet."""
    admitted: int
    """Images that a person let in by name."""
    notes: tuple[str, ...]
    """What the user should know."""
    map_file: Path | None
    """The map from token to file; ``None`` when nothing was quarantined."""
    unchanged: bool
    """Whether the cohort was there already and nothing was written."""
    continued: int
    """Files that an interrupted run had prepared already."""

    @property
    def quarantined(self) -> int:
        """Number of quarantined pictures."""
        return sum(self.reasons.values())


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a cohort holds."""

    rows: Sequence[Row]
    """Of its manifest."""
    markers: int
    """Images with marks inside the sector."""
    admitted: int
    """Images that a person let in by name."""
    on_marker: str
    """What was done about marks."""
    reasons: dict[str, int]
    """Quarantined pictures by reason."""
    decided: Sequence[Decided]
    """The decisions that it was made by."""


def read_made(out: Path, record: dict[str, Any]) -> Made:
    """What a cohort that is there holds, by its files and its ``preprocess.json``.

    Raises:
        DataError: the cohort cannot be read.
    """
    images = record["images"].values()
    return Made(
        rows=load_manifest(out).rows,
        markers=sum(image["checks"]["markers"] > 0 for image in images),
        admitted=sum(image["admitted"] for image in images),
        on_marker=record["settings"]["on_marker"],
        reasons=record["outcome"]["reasons"],
        decided=read_decided(out),
    )


def summarise(plan: Plan, made: Made, *, unchanged: bool, continued: int = 0) -> Summary:
    """The summary of a finished run.

    Args:
        plan: of the run.
        made: what the cohort holds.
        unchanged: whether the cohort was there already.
        continued: files that an interrupted run had prepared.
    """
    patients = len({row.patient for row in made.rows})
    stages = Counter("" if row.stage is None else STAGES[row.stage] for row in made.rows)
    outside = [one.item for one in made.decided if one.verdict == "admit" and not one.images]
    return Summary(
        out=plan.places.out,
        files=len(plan.items),
        images=len(made.rows),
        patients=patients,
        stages=dict(sorted(stages.items())),
        masks=sum(bool(row.mask) for row in made.rows),
        markers=made.markers,
        on_marker=made.on_marker,
        copies=count_copies(made.rows),
        reasons=made.reasons,
        rejected=sum(one.verdict == "reject" for one in made.decided),
        admitted=made.admitted,
        notes=(*plan.notes, *_alone(plan, len(made.rows), patients), *map(_stays, outside)),
        map_file=plan.map_file if made.reasons and plan.map_file.is_file() else None,
        unchanged=unchanged,
        continued=continued,
    )


def _alone(plan: Plan, images: int, patients: int) -> tuple[str, ...]:
    if plan.places.labels is None and images == patients > 1:
        return ("every file counts as a patient of its own: grouping is by duplicates only",)
    return ()


def _stays(token: str) -> str:
    return f"{token} was to be let in and stays out: quarantine.csv says why, or it was rejected"
