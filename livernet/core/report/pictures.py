"""The pictures of a run's page: cases with their masks, and copies side by side."""

from typing import Any

from livernet.core.report.collect import Run
from livernet.core.report.drawing.overlay import Overlay, draw, thumbnail
from livernet.core.report.duplicates import PICTURES, SHOWN
from livernet.core.report.gallery import files


def draw_pictures(run: Run, entry: dict[str, Any]) -> dict[str, Any]:
    """``overlays`` and ``thumbnails`` by image name, for the template.

    Raises:
        DataError: a picture cannot be read.
    """
    return {"overlays": _overlays(run, entry["gallery"]), "thumbnails": _thumbnails(run, entry)}


def _overlays(run: Run, shown: dict[str, Any]) -> dict[str, Overlay]:
    cases = [*shown["cases"], *(case for part in shown["failures"] for case in part["cases"])]
    once = {case["image"]: case for case in cases}
    return {image: draw(*files(run, case)) for image, case in once.items()}


def _thumbnails(run: Run, entry: dict[str, Any]) -> dict[str, str]:
    if run.cohort is None:
        return {}
    known = {row.image for row in run.cohort.rows}
    names = [
        one["image"] for group in (entry["duplicates"] or [])[:SHOWN] for one in group["images"][:PICTURES]
    ]
    return {name: thumbnail(run.cohort.folder / name) for name in dict.fromkeys(names) if name in known}
