"""Audit: can the stage be told from the texture outside the liver?

What lies outside the liver holds no fibrosis. Where its texture tells the stage, patients of different stages
were scanned differently. Shape suffixes: S side of the reduced picture, N images.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from livernet.core.audits.audit import Audit, found, not_run
from livernet.core.audits.pictures import Mask, Small
from livernet.core.audits.questions import Trial
from livernet.core.audits.quick import Floats, examine
from livernet.core.audits.rule import ONE_SIDED, figures, state_of, told, too_few
from livernet.core.audits.texture import texture

OUTLINE = 0.025
"""Width of the liver's outline that is left out on either side, as a share of the picture's side."""
LEAST = 200
"""Pixels outside the liver that a picture must have left to be asked."""


def audit_outside(texture_ND: Floats, trial: Trial, masks: str) -> Audit:
    """Whether texture outside the liver tells the stage.

    Args:
        texture_ND: of the part outside, of the images of the trial's subjects in their order.
        trial: patients, folds and questions.
        masks: ``expert`` or ``predicted``.
    """
    reason = too_few(trial.subjects)
    answer = None if reason else examine({"texture": texture_ND}, trial)
    if answer is None:
        return not_run("outside", reason or ONE_SIDED)
    numbers = figures(answer) | {"masks": masks, "images": len(texture_ND)}
    state = state_of(answer)
    where = f"the texture outside the liver ({masks} masks)"
    if state == "passed":
        verdict = f"{where[0].upper()}{where[1:]} was not found to tell the stage ({told(answer)})."
    else:
        verdict = f"{where[0].upper()}{where[1:]} tells {answer.question.words} ({told(answer)})."
    return found("outside", state, verdict, numbers)


def texture_outside(small: Small, apex: tuple[float, float] | None) -> Floats | None:
    """Texture of the part outside the liver; ``None`` without a mask or where too little is left."""
    if small.liver_SS is None:
        return None
    part_SS = outside_of(small.sector_SS, small.liver_SS, apex)
    return texture(small.grey_SS, part_SS) if np.count_nonzero(part_SS) >= LEAST else None


def outside_of(sector_SS: Mask, liver_SS: Mask, apex: tuple[float, float] | None) -> Mask:
    """The part of the sector that is neither liver, nor its outline, nor behind the liver.

    The liver takes from the beam what passes it, the more the sicker it is: what lies behind it is darker and
    noisier, and would accuse a cohort of a sign of the disease itself.

    Args:
        sector_SS: the sector.
        liver_SS: the liver.
        apex: where the beams come from (x, y) in pixels of the picture; ``None`` for straight down.
    """
    width = max(1, round(OUTLINE * len(sector_SS)))
    grown_SS = ndimage.binary_dilation(liver_SS, iterations=width)
    rim_SS = ndimage.binary_erosion(sector_SS, iterations=2)
    part_SS: Mask = rim_SS & ~grown_SS & ~_behind(grown_SS, apex)
    return part_SS


def _behind(liver_SS: Mask, apex: tuple[float, float] | None) -> Mask:
    """What the beams reach after they have met the liver."""
    side = np.arange(len(liver_SS))
    x_SS, y_SS = np.meshgrid(side, side)
    beam_SS, depth_SS = x_SS, y_SS.astype(np.float64)
    if apex is not None:
        beam_SS, depth_SS = _beams(x_SS - apex[0], y_SS - apex[1], len(liver_SS))
    first = np.full(int(beam_SS.max()) + 1, math.inf)
    np.minimum.at(first, beam_SS[liver_SS], depth_SS[liver_SS])
    behind_SS: Mask = depth_SS > first[beam_SS]
    return behind_SS


def _beams(
    across_SS: NDArray[np.floating], down_SS: NDArray[np.floating], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The beam of every pixel, numbered from the left, and how far along it lies."""
    angle_SS = np.arctan2(across_SS, down_SS)
    turn = (angle_SS - angle_SS.min()) / max(float(np.ptp(angle_SS)), 1e-9)
    return (turn * (count - 1)).astype(np.int64), np.hypot(across_SS, down_SS)
