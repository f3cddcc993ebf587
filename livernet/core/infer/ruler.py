"""What the distances between masks of a cohort are measured with: its spacing and its tolerance.

Shape suffixes: H rows, W columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.prepared import read_grey
from livernet.core.data.record import RECORD, read_images
from livernet.core.errors import DataError
from livernet.core.metrics.segmentation import dice
from livernet.core.metrics.surface import surface_scores

_MM = 2.0
_SHARE = 0.02
_MOST_MM = 1000
"""No two pixels lie so far apart."""
_AGAIN = "make the cohort again with 'livernet preprocess RAW OUT'"


class MaskScores(NamedTuple):
    """A predicted mask against the expert's; without an expert mask nothing is known."""

    dice: float | None = None
    hd95: float | None = None
    assd: float | None = None
    nsd: float | None = None
    unit: Literal["mm", "px", ""] = ""


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """One unit and one tolerance for all images of a cohort."""

    spacing: Mapping[str, tuple[float, float]]
    """mm between rows and between columns by image; empty where distances are in pixels."""
    tolerance: float | None
    """Distance up to which two outlines are one, in the unit; ``None``: 2 % of the picture's diagonal."""
    why_unit: str
    """Where the spacing comes from, or why there is none."""
    why_tolerance: str
    """Where the tolerance comes from."""

    @property
    def unit(self) -> Literal["mm", "px"]:
        """Of all distances."""
        return "mm" if self.spacing else "px"

    def compare(
        self, image: str, predicted_HW: NDArray[np.bool_], expert_HW: NDArray[np.bool_]
    ) -> MaskScores:
        """Score two masks of a cohort image, in the cohort's own geometry.

        Raises:
            ValueError: the masks differ in size.
        """
        spacing = self.spacing[image] if self.spacing else (1.0, 1.0)
        tolerance = self.tolerance
        if tolerance is None:
            tolerance = _SHARE * math.hypot(*expert_HW.shape)
        found = surface_scores(predicted_HW, expert_HW, spacing=spacing, tolerance=tolerance)
        return MaskScores(dice(predicted_HW, expert_HW), *found, unit=self.unit)

    def facts(self) -> dict[str, Any]:
        """For run.json: ``unit``, ``tolerance`` (null: 2 % of the diagonal), and the reason of each."""
        return {
            "unit": self.unit,
            "unit_reason": self.why_unit,
            "tolerance": None if self.tolerance is None else round(self.tolerance, 6),
            "tolerance_reason": self.why_tolerance,
        }


PIXELS = Ruler(
    spacing={},
    tolerance=None,
    why_unit="no spacing is known",
    why_tolerance="2 % of the picture's diagonal, for want of a second annotator and of a spacing",
)
"""The ruler of pictures of which nothing is known."""


def find_ruler(cohort: Cohort) -> Ruler:
    """Millimetres where the spacing of every image with a mask is recorded, else pixels throughout.

    The tolerance is the mean distance between both annotators' outlines; without a second annotator, 2 mm, or
    2 % of the picture's diagonal where distances are in pixels.

    Raises:
        DataError: preprocess.json or a mask is damaged.
    """
    drawn = [row for row in cohort.rows if row.mask]
    known = _spacings(cohort.folder)
    spacing = {row.image: known[row.image] for row in drawn if row.image in known}
    lacking = len(drawn) - len(spacing)
    if lacking or not drawn:
        spacing = {}
    apart = [found for row in drawn if row.mask_b and (found := _between(cohort, row, spacing)) is not None]
    default = f"{_MM:g} mm, for want of a second annotator" if spacing else PIXELS.why_tolerance
    tolerance: float | None = _MM if spacing else None
    if apart and np.mean(apart) > 0:
        tolerance = float(np.mean(apart))
        default = f"mean distance between the outlines of both annotators, {len(apart)} images"
    return Ruler(
        spacing=spacing,
        tolerance=tolerance,
        why_unit=f"spacing recorded in {RECORD}" if spacing else _why_pixels(lacking, len(drawn)),
        why_tolerance=default,
    )


def spacing_of(record: Mapping[str, Any]) -> tuple[float, float] | None:
    """mm between rows and between columns of an image, which ``preprocess`` records the other way round.

    Args:
        record: the image's entry in preprocess.json; ``None`` where it gives no plausible spacing.
    """
    match (record.get("spacing_mm") or {}).get("after"):
        case [int() | float() as across, int() | float() as down] if 0 < across < _MOST_MM > down > 0:
            return float(down), float(across)
    return None


def _why_pixels(lacking: int, drawn: int) -> str:
    if lacking == drawn:
        return PIXELS.why_unit
    return f"the spacing of {lacking} of {drawn} images with a mask is not known"


def _spacings(folder: Path) -> dict[str, tuple[float, float]]:
    """mm between rows and columns of each image whose spacing preprocess.json records."""
    found = {image: spacing_of(record) for image, record in read_images(folder).items()}
    return {image: spacing for image, spacing in found.items() if spacing is not None}


def _between(cohort: Cohort, row: Row, spacing: Mapping[str, tuple[float, float]]) -> float | None:
    """Mean distance between the outlines of both annotators; ``None`` where one of them drew nothing."""
    one_HW, other_HW = (read_grey(cohort.folder / name) >= 128 for name in (row.mask, row.mask_b))
    if one_HW.shape != other_HW.shape:
        raise DataError(f"{cohort.folder / row.mask_b}: has another size than {row.mask}", _AGAIN)
    if not one_HW.any() or not other_HW.any():
        return None
    return surface_scores(one_HW, other_HW, spacing=spacing.get(row.image, (1.0, 1.0)), tolerance=0).assd
