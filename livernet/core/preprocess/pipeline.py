"""From one decoded picture to the squares the network sees, or to quarantine: fail closed.

The cohort and ``predict`` both come through :func:`prepare_all`: scans are seen as training pictures were.
Shape suffixes: H, W picture height and width; S side of the square.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.images import Picture
from livernet.core.preprocess.already import is_prepared
from livernet.core.preprocess.geometry import Geometry, mask_to_square, picture_to_square
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.residue.find import Residue, find_residue
from livernet.core.preprocess.residue.inpaint import paint_over
from livernet.core.preprocess.sector.locate import Located, locate
from livernet.core.preprocess.sector.shape import Sector
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.preprocess.windows import window_of

BLANKED_MARGIN = 1.5
"""How far the sector is drawn in, in source pixels, before everything outside it is blanked."""
_NEAR = 8
"""Beyond this distance from any echo, in pixels, every thin bright stroke is taken for drawn."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A clean square picture and how it was made."""

    image_SS: NDArray[np.uint8] = field(repr=False)
    """uint8 (S, S), 0 outside the sector."""
    marker_SS: NDArray[np.uint8] | None = field(repr=False)
    """Where marks were found inside the sector, 0 or 255 (S, S); ``None`` where there were none."""
    kept_HW: NDArray[np.bool_] = field(repr=False)
    """The source pixels that the square shows, bool (H, W)."""
    geometry: Geometry
    """The way back to source pixels."""
    sector: Sector
    """The fitted shape, in source pixels."""
    checks: dict[str, Any]
    """JSON values: the route to the sector, the fit's figures, the marks, the risk of a leak."""
    spacing_mm: float | None
    """Size of a square pixel in mm; ``None`` where unknown or not the same along both sides."""
    source_spacing_mm: tuple[float, float] | None
    """Size (x, y) of a source pixel in mm; ``None`` where unknown."""


def prepare(picture: Picture, settings: PreprocessConfig) -> Prepared:
    """The one square of a picture with one panel.

    Raises:
        Quarantined: as :func:`prepare_all`, or the screen shows several panels.
    """
    panels = prepare_all(picture, settings)
    if len(panels) > 1:
        raise Quarantined(
            f"several panels on one screen ({len(panels)})",
            "'livernet preprocess' makes one picture of each panel: name one of those",
        )
    return panels[0]


def prepare_all(
    picture: Picture, settings: PreprocessConfig, *, forgiving: bool = False
) -> tuple[Prepared, ...]:
    """Find the sectors, blank all else, settle calipers, crop and resize: one square a panel.

    A square that was prepared before passes as it is.

    Args:
        picture: decoded frame.
        settings: size, fit and what to do about marks and Doppler.
        forgiving: a person who looked let the picture in by name: a poor fit, writing, colour and marks do
            not refuse it. Outside the sector everything is blanked as always.

    Raises:
        Quarantined: the picture cannot be shown to be clean.
    """
    if is_prepared(picture, settings.size):
        return (_as_it_is(picture, settings),)
    panels = locate(picture, allow_doppler=settings.allow_doppler, forgiving=forgiving)
    return tuple(_panel(picture, located, settings, forgiving=forgiving) for located in panels)


def _panel(picture: Picture, located: Located, settings: PreprocessConfig, *, forgiving: bool) -> Prepared:
    grey_HW = picture.grey_HW
    inside_HW = located.fit.sector.mask(grey_HW.shape, margin=BLANKED_MARGIN)
    x0, y0, x1, y1 = box = _bounds(inside_HW)
    window = slice(y0, y1), slice(x0, x1)
    dark_HW = np.zeros_like(inside_HW)
    dark_HW[window] = inside_HW[window] & ~located.echo.near(window, _NEAR)
    coloured_HW = np.zeros_like(inside_HW) if settings.allow_doppler else picture.saturated_HW
    residue = find_residue(grey_HW, coloured_HW, inside_HW, dark_HW)
    if not forgiving:
        _check_residue(residue, settings)
    paint = settings.on_marker == "inpaint" and residue.markers > 0
    shown_HW = paint_over(grey_HW, residue.marker_HW, inside_HW) if paint else grey_HW
    geometry = Geometry(box=box, source=grey_HW.shape, size=settings.size, fit=settings.fit)
    return Prepared(
        image_SS=picture_to_square(shown_HW * inside_HW, geometry),
        marker_SS=mask_to_square(residue.marker_HW, geometry) if residue.markers else None,
        kept_HW=inside_HW,
        geometry=geometry,
        sector=located.fit.sector,
        checks=_checks(located, residue),
        spacing_mm=_square_spacing(located.spacing_mm, geometry),
        source_spacing_mm=located.spacing_mm,
    )


def _as_it_is(picture: Picture, settings: PreprocessConfig) -> Prepared:
    side = settings.size
    nothing = {"leak": 0.0, "coverage": 1.0, "edges": 1.0, "symmetry": 1.0, "markers": 0, "marker_pixels": 0}
    return Prepared(
        image_SS=picture.grey_HW,
        marker_SS=None,
        kept_HW=np.ones((side, side), np.bool_),
        geometry=Geometry(box=(0, 0, side, side), source=(side, side), size=side, fit=settings.fit),
        sector=Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(0.0, 0.0, side - 1.0, side - 1.0)),
        checks={
            "route": "prepared", "note": "", **nothing, "kinds": {},
            "confidence": 1.0, "suspicion": 0.0, "risk": 0.0,
        },
        spacing_mm=None,
        source_spacing_mm=None,
    )  # fmt: skip


def _check_residue(residue: Residue, settings: PreprocessConfig) -> None:
    if residue.coloured and not settings.allow_doppler:
        raise Quarantined(
            "colour or a Doppler box inside the sector",
            "export a plain B-mode picture without Doppler or colour",
        )
    if residue.text:
        raise Quarantined("text-like strokes inside the sector", "export the picture without annotations")
    if residue.markers and settings.on_marker == "quarantine":
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(residue.kinds.items()))
        raise Quarantined(
            f"marks inside the sector ({kinds})",
            "export the picture without them, or use --on-marker inpaint",
        )


def _bounds(inside_HW: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of the true pixels, x1 and y1 exclusive."""
    window = window_of(inside_HW)
    if window is None:
        raise Quarantined("the sector is too small (nothing is left)", "export the picture at full size")
    rows, columns = window
    return columns.start, rows.start, columns.stop, rows.stop


def _checks(located: Located, residue: Residue) -> dict[str, Any]:
    fit = located.fit
    return {
        "route": located.route,
        "note": located.note,
        "leak": round(fit.leak, 4),
        "coverage": round(fit.coverage, 4),
        "edges": round(fit.edges, 4),
        "symmetry": round(fit.symmetry, 4),
        "confidence": round(fit.confidence, 4),
        "suspicion": round(residue.suspicion, 4),
        "risk": round(max(1 - fit.confidence, residue.suspicion), 4),
        "markers": residue.markers,
        "marker_pixels": int(np.count_nonzero(residue.marker_HW)),
        "kinds": dict(sorted(residue.kinds.items())),
    }


def _square_spacing(spacing_mm: tuple[float, float] | None, geometry: Geometry) -> float | None:
    if spacing_mm is None:
        return None
    across, down = (spacing / scale for spacing, scale in zip(spacing_mm, geometry.scale, strict=True))
    return across if abs(across - down) <= 0.02 * across else None
