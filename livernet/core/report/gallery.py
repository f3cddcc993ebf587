"""Which cases the gallery shows, best to worst Dice, and where their pictures and masks lie."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from livernet.core.data.predictions import Prediction
from livernet.core.metrics.cases import by_image
from livernet.core.metrics.summary import group_by_model
from livernet.core.report.collect import Run
from livernet.core.report.drawing.overlay import Overlay, draw
from livernet.core.stages import Grouping

WHOLE = 36
"""Up to this many cases are all shown."""
PART = 12
"""Of more cases, this many of the best, the middle and the worst are shown."""

Section = dict[str, Any]
Gallery = tuple[list[Section], list[list[Overlay]], str]


def gallery(run: Run) -> Gallery:
    """Sections of cases (for JSON), the overlays that belong to them, and why there are none.

    Shows the first model of the run whose predicted masks are kept.
    """
    if not run.predictions:
        return [], [], "a train run holds no predictions"
    if run.cohort is None:
        return [], [], run.cohort_reason
    rows = _shown_rows(run)
    files = {row.image: row for row in run.cohort.rows}
    rows = [row for row in rows if row.image in files]
    if not rows:
        return [], [], "the predictions name no image of the cohort"
    sections: list[Section] = []
    overlays: list[list[Overlay]] = []
    for title, chosen in choose(rows):
        sections.append({"title": title, "cases": [_case(row, run.grouping) for row in chosen]})
        overlays.append([_overlay(run, row, files[row.image].mask) for row in chosen])
    return sections, overlays, ""


def choose(rows: Sequence[Prediction]) -> list[tuple[str, list[Prediction]]]:
    """Titled sections from best to worst Dice; cases without a Dice value last, by confidence."""
    scored = sorted((row for row in rows if row.dice is not None), key=lambda r: (-(r.dice or 0), r.image))
    rest = (row for row in rows if row.dice is None)
    others = sorted(rest, key=lambda r: (-max(r.probabilities), r.image))
    sections: list[tuple[str, list[Prediction]]] = []
    if len(scored) <= WHOLE:
        sections.append(("All cases, best to worst Dice", scored))
    else:
        middle = (len(scored) - PART) // 2
        sections += [
            (f"Best Dice ({PART} of {len(scored)})", scored[:PART]),
            (f"Around the median ({PART} of {len(scored)})", scored[middle : middle + PART]),
            (f"Worst Dice ({PART} of {len(scored)})", scored[-PART:]),
        ]
    part = others[:PART] if scored else others[:WHOLE]
    sections.append((f"Without an expert mask, surest class first ({len(part)} of {len(others)})", part))
    return [(title, cases) for title, cases in sections if cases]


def _shown_rows(run: Run) -> list[Prediction]:
    groups = group_by_model(run.predictions)
    for rows in groups.values():
        if any(_mask_file(run, row) is not None for row in rows):
            return rows
    return next(iter(groups.values()))


def _case(row: Prediction, grouping: Grouping) -> dict[str, Any]:
    cases = by_image([row])
    right = bool(cases.predicted_N[0] == cases.true_N[0]) if cases.names else None
    return {
        "image": row.image,
        "patient": row.patient,
        "model": row.model,
        "fold": row.fold,
        "true_class": None if row.true_class is None else grouping.class_names[row.true_class],
        "predicted_class": grouping.class_names[row.predicted],
        "right": right,
        "probabilities": list(row.calibrated or row.probabilities),
        "dice": row.dice,
        "mask_confidence": row.mask_confidence,
    }


def _overlay(run: Run, row: Prediction, expert: str) -> Overlay:
    folder = run.cohort.folder if run.cohort is not None else run.folder
    return draw(folder / row.image, folder / expert if expert else None, _mask_file(run, row))


def _mask_file(run: Run, row: Prediction) -> Path | None:
    stem = PurePosixPath(row.image).stem
    if run.kind == "predict":
        candidates = [run.folder / f"{stem}_mask.png"]
    elif PurePosixPath(row.model).name == row.model:
        candidates = [run.folder / row.model / f"fold-{row.fold or 0:02d}" / "masks" / f"{stem}.png"]
    else:
        candidates = []
    return next((path for path in candidates if path.is_file()), None)
