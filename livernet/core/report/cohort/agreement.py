"""How well two annotators agree on the outline of the liver."""

from collections.abc import Mapping
from typing import Any

from livernet.core.data.manifest import Cohort, Row
from livernet.core.data.prepared import read_grey
from livernet.core.errors import LivernetError
from livernet.core.infer.ruler import spacing_of
from livernet.core.metrics.segmentation import dice, spread
from livernet.core.metrics.surface import surface_scores

MOST = 400
"""So many pairs are compared; of more, evenly chosen ones."""

Spacing = tuple[float, float]


def agreement(cohort: Cohort | None, preprocessing: Mapping[str, Any]) -> dict[str, Any]:
    """Dice and mean surface distance between the masks of both annotators, over images.

    Distances are in mm where the spacing of every image with a mask is recorded, as those of predicted masks.

    Returns:
        ``pairs``, how many there are; ``compared``, how many of those were; ``unit`` of the distance;
        ``dice`` and ``assd``, each as :func:`livernet.core.metrics.segmentation.spread` describes them.
    """
    drawn = [row for row in cohort.rows if row.mask] if cohort is not None else []
    recorded = preprocessing.get("images") or {}
    spacings = {row.image: spacing_of(recorded.get(row.image) or {}) for row in drawn}
    known = {image: spacing for image, spacing in spacings.items() if spacing is not None}
    in_mm = len(known) == len(spacings)
    pairs = [row for row in drawn if row.mask_b]
    chosen = pairs[:: -(-len(pairs) // MOST) or 1]
    scored: list[tuple[float, float]] = []
    for row in chosen:
        found = _compare(cohort, row, known[row.image] if in_mm else (1.0, 1.0)) if cohort else None
        scored += [found] if found is not None else []
    reason = "no pair of masks can be read" if pairs else "no image has the masks of two annotators"
    reason = reason if cohort is not None else "the cohort's masks cannot be looked at"
    return {
        "pairs": len(pairs),
        "compared": len(scored),
        "unit": ("mm" if in_mm else "px") if scored else None,
        "dice": spread([overlap for overlap, _ in scored], reason),
        "assd": spread([distance for _, distance in scored], reason),
    }


def _compare(cohort: Cohort, row: Row, spacing: Spacing) -> tuple[float, float] | None:
    """Dice and mean surface distance of one pair; ``None`` where a file is damaged or sizes differ."""
    try:
        first_SS, second_SS = (read_grey(cohort.folder / name) >= 128 for name in (row.mask, row.mask_b))
        distance = surface_scores(first_SS, second_SS, spacing=spacing, tolerance=0.0).assd
        return dice(first_SS, second_SS), distance
    except (LivernetError, ValueError):
        return None
