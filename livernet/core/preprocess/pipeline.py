"""From one decoded picture to the square the network sees, or to quarantine: fail closed.

The cohort and ``predict`` both come through :func:`prepare`, so a scan is seen as the training pictures were.
Shape suffixes: H, W picture height and width; S side of the square.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from livernet.core.data.images import Picture
from livernet.core.preprocess.geometry import Geometry, picture_to_square
from livernet.core.preprocess.locate import Located, Quarantined, acceptable, locate
from livernet.core.preprocess.residue import Residue, find_residue, paint_over
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.preprocess.shape import Sector

BLANKED_MARGIN = 1.5
"""How far the sector is drawn in, in source pixels, before everything outside it is blanked."""
_NEAR = 8
"""Beyond this distance from any echo, in pixels, every thin bright stroke is taken for drawn."""
_LEAST_SIDE = 96
_LEAST_SHARE = 0.04
_RIVAL = 0.3
_STRAY = 24
"""Faint echoes beyond a shadow stay below this; drawn text does not."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A clean square picture and how it was made."""

    image_SS: NDArray[np.uint8]
    """uint8 (S, S), 0 outside the sector."""
    geometry: Geometry
    """The way back to source pixels."""
    sector: Sector
    """The fitted shape, in source pixels."""
    checks: dict[str, Any]
    """JSON values: the route to the sector, the fit's figures, the markers painted over."""
    spacing_mm: float | None
    """Size of a square pixel in mm; ``None`` where unknown or not the same along both sides."""
    source_spacing_mm: tuple[float, float] | None
    """Size (x, y) of a source pixel in mm; ``None`` where unknown."""


def prepare(picture: Picture, settings: PreprocessConfig, device: torch.device) -> Prepared:
    """Find the sector, blank all else, paint over calipers, crop and resize.

    Raises:
        Quarantined: the picture cannot be shown to be clean.
    """
    located = locate(picture)
    inside_HW = located.fit.sector.mask(picture.grey_HW.shape, margin=BLANKED_MARGIN)
    _check_place(located, inside_HW)
    dark_HW = inside_HW & ~located.echo.near(picture.grey_HW.shape, _NEAR)
    residue = find_residue(picture.grey_HW, picture.saturated_HW, inside_HW, dark_HW)
    _check_residue(residue)
    painted_HW = paint_over(picture.grey_HW, residue.marker_HW, inside_HW)
    clean_HW = np.where(inside_HW, painted_HW, np.uint8(0))
    geometry = Geometry(
        box=_bounds(inside_HW), source=picture.grey_HW.shape, size=settings.size, fit=settings.fit
    )
    return Prepared(
        image_SS=picture_to_square(clean_HW, geometry, device),
        geometry=geometry,
        sector=located.fit.sector,
        checks=_checks(located, residue),
        spacing_mm=_square_spacing(located.spacing_mm, geometry),
        source_spacing_mm=located.spacing_mm,
    )


def is_prepared(picture: Picture, size: int = 512) -> bool:
    """Whether a picture already is a square that :func:`prepare` made, and may be used as it is.

    Told by what such a picture must be: a grey 8-bit PNG of the right side, filled along one axis, black but
    for one region of echoes, without writing. A screenshot with a name beside the sector fails, so this never
    carries console text past the checks; a square that fails is merely prepared again.
    """
    grey_SS = picture.grey_HW
    if picture.source_format != "PNG" or picture.bit_depth != 8 or grey_SS.shape != (size, size):
        return False
    if picture.saturated_HW.any() or not grey_SS.any():
        return False
    x0, y0, x1, y1 = _bounds(grey_SS > 0)
    labels_SS, count = ndimage.label(ndimage.binary_opening(grey_SS > 2, np.ones((5, 5))))
    if max(x1 - x0, y1 - y0) < 0.9 * size or count == 0:
        return False
    largest_SS = labels_SS == np.bincount(labels_SS.ravel())[1:].argmax() + 1
    around_SS = ndimage.maximum_filter(convex_hull_image(largest_SS), 9)
    if (grey_SS[~around_SS] > _STRAY).any():
        return False
    return not find_residue(grey_SS, picture.saturated_HW, around_SS, np.zeros_like(around_SS)).text


def _check_place(located: Located, inside_HW: NDArray[np.bool_]) -> None:
    fit = located.fit
    if any(rival > _RIVAL for rival in located.echo.rivals):
        raise Quarantined(
            "several ultrasound regions on one screen", "export each panel as a picture of its own"
        )
    if not acceptable(fit):
        raise Quarantined(
            f"the sector does not fit (coverage {fit.coverage:.2f}, outside {fit.leak:.2f})",
            "export the picture without overlays, or crop the console away",
        )
    x0, y0, x1, y1 = _bounds(inside_HW)
    if min(x1 - x0, y1 - y0) < _LEAST_SIDE or inside_HW.mean() < _LEAST_SHARE:
        raise Quarantined(
            f"the sector is too small ({x1 - x0}x{y1 - y0} pixels)", "export the picture at full size"
        )


def _check_residue(residue: Residue) -> None:
    if residue.coloured:
        raise Quarantined(
            "colour inside the sector", "export a plain B-mode picture without Doppler or colour"
        )
    if residue.text:
        raise Quarantined("text-like strokes inside the sector", "export the picture without annotations")


def _bounds(inside_HW: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of the true pixels, x1 and y1 exclusive; empty for none."""
    rows, columns = np.flatnonzero(inside_HW.any(axis=1)), np.flatnonzero(inside_HW.any(axis=0))
    if len(rows) == 0:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _checks(located: Located, residue: Residue) -> dict[str, Any]:
    fit = located.fit
    return {
        "route": located.route,
        "note": located.note,
        "leak": round(fit.leak, 4),
        "coverage": round(fit.coverage, 4),
        "edges": round(fit.edges, 4),
        "symmetry": round(fit.symmetry, 4),
        "markers": residue.markers,
        "marker_pixels": int(residue.marker_HW.sum()),
    }


def _square_spacing(spacing_mm: tuple[float, float] | None, geometry: Geometry) -> float | None:
    if spacing_mm is None:
        return None
    across, down = (spacing / scale for spacing, scale in zip(spacing_mm, geometry.scale, strict=True))
    return across if abs(across - down) <= 0.02 * across else None
