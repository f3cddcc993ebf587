"""Who is in the cohort: patients and pictures of each stage, and the chance that made each patient."""

from dataclasses import dataclass, replace

import numpy as np

from livernet.core.errors import ConfigError
from livernet.core.phantom.fibrosis import draw_score
from livernet.core.stages import STAGES, Grouping

PAPER_PATIENTS = (13, 13, 14, 23, 15)
PAPER_IMAGES = (20, 20, 21, 34, 23)
_MOST_PER_PATIENT = 8
_CLASSES = Grouping.parse("3")


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many patients and pictures of each stage F0..F4."""

    patients: tuple[int, ...] = PAPER_PATIENTS
    """By stage."""
    images: tuple[int, ...] = PAPER_IMAGES
    """By stage; every patient has at least one."""

    def __post_init__(self) -> None:
        for stage, patients, images in zip(STAGES, self.patients, self.images, strict=True):
            if patients < 0 or not patients <= images <= _MOST_PER_PATIENT * patients:
                raise ConfigError(
                    f"{images} images of {patients} patients of stage {stage} cannot be made:"
                    f" every patient has 1 to {_MOST_PER_PATIENT} images",
                    "ask for at least as many images as patients, and at most eight times as many",
                )


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One patient of the plan."""

    index: int
    """From 0."""
    score: float
    """The latent fibrosis score, 0..5."""
    stage: int
    """What the biopsy read, 0..4."""
    images: int
    """Number of pictures."""
    skin: int
    """The console he was scanned on; in a plain cohort every stage meets all of them equally often."""


def make_quota(
    patients: int | None = None, images: int | None = None, per_stage: tuple[int, ...] | None = None
) -> Quota:
    """The paper's proportions scaled to totals; ``per_stage`` gives the patients of each stage outright.

    Raises:
        ConfigError: fewer pictures than patients, too many of them, or not five stages.
    """
    weights = PAPER_PATIENTS if per_stage is None else _checked(per_stage, patients)
    total = _total(patients, images) if per_stage is None else sum(per_stage)
    counts = apportion(total, weights, floor=(0,) * len(STAGES))
    wanted = round(total * sum(PAPER_IMAGES) / sum(PAPER_PATIENTS)) if images is None else images
    if wanted < total:
        raise ConfigError(
            f"{wanted} images of {total} patients cannot be made: every patient has at least one image",
            "raise --images or lower --patients",
        )
    share = tuple(n if c else 0 for n, c in zip(per_stage or PAPER_IMAGES, counts, strict=True))
    return Quota(patients=counts, images=apportion(wanted, share, floor=counts))


def _checked(per_stage: tuple[int, ...], patients: int | None) -> tuple[int, ...]:
    total = sum(per_stage)
    if len(per_stage) != len(STAGES) or min(per_stage) < 0 or total == 0 or patients not in (None, total):
        raise ConfigError(
            f"patients per stage {','.join(map(str, per_stage))}: five numbers are needed, F0 to F4,"
            " that add up to the patients asked for",
            "write for example 6,6,5,6,10, and leave out --patients",
        )
    return per_stage


def _total(patients: int | None, images: int | None) -> int:
    if patients is not None:
        return patients
    if images is None:
        return sum(PAPER_PATIENTS)
    return max(1, round(images * sum(PAPER_PATIENTS) / sum(PAPER_IMAGES)))


def apportion(total: int, weights: tuple[int, ...], floor: tuple[int, ...]) -> tuple[int, ...]:
    """Whole numbers in proportion to ``weights``, adding up to ``total``, none below its ``floor``.

    What rounding leaves over goes to the largest remainders.
    """
    exact = [max(total * w / sum(weights), float(f)) for w, f in zip(weights, floor, strict=True)]
    counts = [max(int(e), f) for e, f in zip(exact, floor, strict=True)]
    while sum(counts) != total:
        step = 1 if sum(counts) < total else -1
        open_ = [k for k, w in enumerate(weights) if w > 0 and (step > 0 or counts[k] > floor[k])]
        chosen = max(open_, key=lambda k: (step * (exact[k] - counts[k]), -k))
        counts[chosen] += step
    return tuple(counts)


def draw_patients(seed: int, quota: Quota, skins: int, confound: float = 0.0) -> tuple[Patient, ...]:
    """People are drawn and biopsied until every stage has its number, then put in random order.

    With probability ``confound`` a patient's console follows the class of his stage (F0-F1, F2-F3, F4), as
    where each clinic has its own patients and its own console.

    Raises:
        ConfigError: ``confound`` is no probability.
    """
    if not 0 <= confound <= 1:
        raise ConfigError(
            f"confound {confound:g} is no probability", "give a number from 0 (by chance) to 1 (always)"
        )
    rng = np.random.default_rng([seed, 0])
    scores: list[list[float]] = [[] for _ in STAGES]
    while any(len(found) < wanted for found, wanted in zip(scores, quota.patients, strict=True)):
        score, stage = draw_score(rng)
        if len(scores[stage]) < quota.patients[stage]:
            scores[stage].append(score)
    drawn: list[tuple[float, int, int, int]] = []
    for stage, found in enumerate(scores):
        first = int(rng.integers(skins))
        for k, score in enumerate(found):
            share, rest = divmod(quota.images[stage], len(found))
            drawn.append((score, stage, share + (k < rest), (first + k) % skins))
    order = rng.permutation(len(drawn))
    patients = tuple(
        Patient(index=i, score=drawn[j][0], stage=drawn[j][1], images=drawn[j][2], skin=drawn[j][3])
        for i, j in enumerate(order)
    )
    # a generator of its own: whom the consoles follow changes nothing else
    tied = np.random.default_rng([seed, 4]).random(len(patients)) < confound
    return tuple(
        replace(patient, skin=_CLASSES.class_of(patient.stage)) if follows else patient
        for patient, follows in zip(patients, tied, strict=True)
    )
