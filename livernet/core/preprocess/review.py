"""``review.html``: what was kept of every picture, sorted by risk, for a person to accept or reject.

Shape suffixes: H, W picture height and width.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

REVIEW = "review.html"
"""The first sheet; further ones are review-2.html and so on."""
_LONGEST = 320


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the sheet shows of one kept picture; none of it carries patient data."""

    image: str
    """Path in OUT, e.g. ``images/P3f09a1c4e2_01.png``."""
    risk: float
    """0 to 1: how much a person's look is needed."""
    checks: dict[str, Any]
    """JSON values: what ``Prepared.checks`` holds."""
    before: bytes
    """What :func:`before_thumbnail` made."""
    marker: str = ""
    """Mask of what was painted over, as a path in OUT; empty where nothing was."""
    stage: str = ""
    """Stage, where the table gave one."""
    view: str = ""
    """Scan plane, where the table gave one."""
    admitted: bool = False
    """Whether a person let the picture in by name."""


def before_thumbnail(clean_HW: NDArray[np.uint8]) -> bytes:
    """A small grey JPEG of the screen with nothing on it but what was kept.

    Args:
        clean_HW: uint8, the picture at its place on the screen, 0 wherever anything was removed.
    """
    image = Image.fromarray(clean_HW)
    image.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=80)
    return buffer.getvalue()


def write_review(
    folder: Path, cards: Iterable[Card], quarantined: Sequence[tuple[str, str, str]], cohort: str
) -> tuple[str, ...]:
    """Write the review sheet of a cohort, in pages of 500 pictures, the riskiest first.

    Args:
        folder: OUT; ``image`` and ``marker`` of the cards are relative to it.
        cards: in any order; read once, one in memory at a time.
        quarantined: token, reason and remedy of each picture in quarantine.
        cohort: its name, for the heading.

    Returns:
        Names of the files written, the first being :data:`REVIEW`.

    Raises:
        OutputError: a file cannot be written.
    """
    raise NotImplementedError
