"""What became of a folder of raw pictures, read off the cohort itself."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from livernet.core.data.manifest import load_manifest
from livernet.core.preprocess.cohort.copies import Copies, count_copies
from livernet.core.preprocess.cohort.existing import read_decided
from livernet.core.preprocess.cohort.plan import Plan
from livernet.core.preprocess.cohort.record import read_record
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


def summarise(plan: Plan, *, unchanged: bool, continued: int = 0) -> Summary:
    """The summary of a finished run.

    Args:
        plan: of the run.
        unchanged: whether the cohort was there already.
        continued: files that an interrupted run had prepared.

    Raises:
        DataError: the cohort cannot be read.
    """
    out = plan.places.out
    cohort = load_manifest(out)
    record = read_record(out) or {}
    decided = read_decided(out)
    outside = [one.item for one in decided if one.verdict == "admit" and not one.images]
    images, reasons = record["images"].values(), record["outcome"]["reasons"]
    return Summary(
        out=out,
        files=len(plan.items),
        images=len(cohort.rows),
        patients=len(cohort.patients),
        stages=dict(sorted(Counter("" if r.stage is None else STAGES[r.stage] for r in cohort.rows).items())),
        masks=sum(bool(row.mask) for row in cohort.rows),
        markers=sum(image["checks"]["markers"] > 0 for image in images),
        on_marker=record["settings"]["on_marker"],
        copies=count_copies(cohort.rows),
        reasons=reasons,
        rejected=sum(one.verdict == "reject" for one in decided),
        admitted=sum(image["admitted"] for image in images),
        notes=(*plan.notes, *_alone(plan, len(cohort.rows), len(cohort.patients)), *map(_stays, outside)),
        map_file=plan.map_file if reasons and plan.map_file.is_file() else None,
        unchanged=unchanged,
        continued=continued,
    )


def _alone(plan: Plan, images: int, patients: int) -> tuple[str, ...]:
    if plan.places.labels is None and images == patients > 1:
        return ("every file counts as a patient of its own: grouping is by duplicates only",)
    return ()


def _stays(token: str) -> str:
    return f"{token} was to be let in and stays out: quarantine.csv says why, or it was rejected"
