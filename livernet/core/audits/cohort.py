"""The audits that need no trained network: shuffled stages, outside the liver, source, duplicates."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from livernet.core.audits.audit import Audit, not_run
from livernet.core.audits.copies import audit_duplicates
from livernet.core.audits.look import Looks, look_at
from livernet.core.audits.origin import is_recorded, parts_of
from livernet.core.audits.outside import audit_outside
from livernet.core.audits.questions import Subjects, Trial, make_questions, make_subjects
from livernet.core.audits.rule import too_few
from livernet.core.audits.sample import sample_images
from livernet.core.audits.shuffled import audit_shuffled
from livernet.core.audits.source import audit_source
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.record import read_images
from livernet.core.data.splits import Fold
from livernet.core.stages import Grouping

_MOST_OF = 0.8
"""Share of the images that must have something outside a mask for that audit to be made."""


@dataclass(frozen=True, kw_only=True)
class Division:
    """A cohort divided into folds, as a cross-validation uses it."""

    cohort: Cohort
    """Prepared pictures."""
    grouping: Grouping
    """How stages become classes."""
    folds: tuple[Fold, ...]
    """By manifest rows."""
    duplicates: tuple[DuplicateGroup, ...]
    """All groups of equal or nearly equal pictures, whether kept together or not."""
    seed: int
    """Of the random deals of stages, and of the choice of images in a large cohort."""

    @property
    def subjects(self) -> Subjects:
        """All patients with a known stage."""
        copies = [group.rows for group in self.duplicates]
        return make_subjects(self.cohort.rows, self.grouping, copies)

    def trial(self) -> Trial:
        """What is asked of these patients, or in a large cohort of some of them."""
        everyone = self.subjects
        chosen = set(sample_images(everyone, self.seed))
        return Trial(
            subjects=everyone.only([n for n, row in enumerate(everyone.images) if row in chosen]),
            folds=self.folds,
            questions=make_questions(self.grouping),
            seed=self.seed,
        )


def audit_cohort(division: Division) -> tuple[Audit, ...]:
    """Audit a cohort and its folds before anything is trained: shuffled, outside, source, duplicates.

    Raises:
        DataError: a picture, a mask or the record of ``preprocess`` is damaged.
    """
    cohort, trial = division.cohort, division.trial()
    copies = audit_duplicates(cohort.rows, division.grouping, division.folds, division.duplicates)
    reason = too_few(trial.subjects)
    if reason:
        return *(not_run(name, reason) for name in ("shuffled", "outside", "source")), copies
    facts, images = read_images(cohort.folder), trial.subjects.images
    looks = look_at(cohort, images, facts, lambda row: expert_mask(cohort.folder, row))
    rows = [cohort.rows[i] for i in images]
    return (
        audit_shuffled(looks.sector_ND, trial),
        outside_audit(looks, trial, "expert"),
        audit_source(parts_of(rows, facts, looks.border_ND), trial, is_recorded(rows, facts)),
        copies,
    )


def outside_audit(looks: Looks, trial: Trial, masks: str) -> Audit:
    """The audit of what lies outside the liver, of the images that have a mask and something outside it."""
    kept = [place for place, texture in enumerate(looks.outside) if texture is not None]
    total = len(looks.outside)
    if looks.masks < _MOST_OF * total:
        of = f"{looks.masks or 'None'} of the {total} images {'have' if looks.masks > 1 else 'has'}"
        return not_run("outside", f"{of} {'an' if masks == 'expert' else 'a'} {masks} mask of the liver.")
    if len(kept) < _MOST_OF * total:
        return not_run("outside", f"Only {len(kept)} of {total} images show enough outside the liver.")
    part = replace(trial, subjects=trial.subjects.only(kept))
    return audit_outside(np.stack([t for t in looks.outside if t is not None]), part, masks)


def expert_mask(folder: Path, row: Row) -> Path | None:
    """Where an expert drew the liver of a picture, if anyone did."""
    return folder / row.mask if row.mask else None
