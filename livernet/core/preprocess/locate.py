"""The route to the sector: DICOM region tags as candidates, then always the pixels.

Shape suffixes: H, W picture height and width.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.dicom import UltrasoundRegion
from livernet.core.data.images import Picture
from livernet.core.preprocess.echo import Echo, find_echo
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.sector import Fit, fit_sector
from livernet.core.preprocess.tags import Tags, read_tags
from livernet.core.preprocess.tighten import tighten

__all__ = ["Located", "Quarantined", "acceptable", "locate"]

_GOOD = 1.7
_MOST_ECHO = 0.75
_RIVAL = 0.3
_LEAST_SIDE = 96
_LEAST_SHARE = 0.04

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Located:
    """Where the echoes of one panel are and how that was found."""

    fit: Fit
    """The sector, in source pixels, with what speaks for it."""
    echo: Echo
    """The region it was fitted to."""
    route: str
    """``pixels``, or ``region`` where a DICOM region tag narrowed the search."""
    spacing_mm: tuple[float, float] | None
    """Source pixel spacing (x, y) from the chosen region, in mm."""
    note: str
    """Why a region tag was not used; empty otherwise."""


def locate(picture: Picture, *, allow_doppler: bool = False, forgiving: bool = False) -> tuple[Located, ...]:
    """Find and fit the sector of every panel, left to right and top to bottom.

    Args:
        allow_doppler: a screen whose tags name flow, spectra or M-mode beside the tissue may pass.
        forgiving: a person let the picture in: the best fit is taken, however poor.

    Raises:
        Quarantined: several unlike or mixed regions, a poor fit, a sector too small, or no echoes at all.
    """
    tags = read_tags(picture, allow_doppler=allow_doppler or forgiving)
    tagged = _by_tags(picture, tags)
    if tagged:
        return tagged
    note = "region tag does not hold the sector" if tags.panels else tags.note
    found = _fit(picture.grey_HW, None)
    if found is None:
        raise Quarantined(
            "no ultrasound sector found", "check that this is a B-mode picture; crop the console away"
        )
    located = Located(fit=found[0], echo=found[1], route="pixels", spacing_mm=None, note=note)
    if not forgiving:
        _check(located, picture.grey_HW.shape)
    return (located,)


def acceptable(fit: Fit) -> bool:
    """Whether the sector holds nearly all echoes and is mostly filled by them."""
    return fit.leak <= 0.04 and fit.coverage >= 0.55 and fit.score >= 0.9


def _check(located: Located, shape: tuple[int, int]) -> None:
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
    inside_HW = fit.sector.mask(shape)
    across, down = int(inside_HW.any(axis=0).sum()), int(inside_HW.any(axis=1).sum())
    if min(across, down) < _LEAST_SIDE or inside_HW.mean() < _LEAST_SHARE:
        raise Quarantined(
            f"the sector is too small ({across}x{down} pixels)", "export the picture at full size"
        )


def _by_tags(picture: Picture, tags: Tags) -> tuple[Located, ...]:
    """One fit a tagged panel; empty when a tag does not hold its sector."""
    located: list[Located] = []
    for region in tags.panels:
        found = _fit(picture.grey_HW, region.box)
        if found is None or not acceptable(found[0]):
            return ()
        _refuse_graphics(found[0], tags, picture.grey_HW.shape)
        located.append(_tagged(region, found))
    return tuple(located) if located and _hold(located, picture.grey_HW) else ()


def _tagged(region: UltrasoundRegion, found: tuple[Fit, Echo]) -> Located:
    return Located(fit=found[0], echo=found[1], route="region", spacing_mm=region.spacing_mm, note="")


def _refuse_graphics(fit: Fit, tags: Tags, shape: tuple[int, int]) -> None:
    inside_HW = fit.sector.mask(shape)
    for x0, y0, x1, y1 in tags.graphics:
        if inside_HW[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1].any():
            raise Quarantined(
                "graphics over the tissue, by the region tags", "export the picture without overlays"
            )


def _fit(grey_HW: NDArray[np.uint8], within: Box | None) -> tuple[Fit, Echo] | None:
    """The best fit over a low and a high threshold for echoes, in source pixels."""
    best: tuple[Fit, Echo] | None = None
    for above in (1, 4):
        echo = find_echo(grey_HW, within, above)
        fit = None if echo is None else fit_sector(echo.region_hw, echo.viewport)
        if echo is not None and fit is not None and (best is None or fit.score > best[0].score):
            best = fit, echo
        if best is not None and best[0].score >= _GOOD:
            break
    if best is None:
        return None
    fit, echo = best
    return replace(fit, sector=tighten(fit.sector.scaled(echo.step), grey_HW)), echo


def _hold(located: list[Located], grey_HW: NDArray[np.uint8]) -> bool:
    """Whether the echoes within the tags are most of those of the whole screen."""
    whole = find_echo(grey_HW)
    within = sum(float(panel.echo.region_hw.sum()) for panel in located)
    return whole is None or within >= _MOST_ECHO * float(whole.region_hw.sum())
