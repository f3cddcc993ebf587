"""The route to the sector: DICOM region tags as candidates, then always the pixels.

Shape suffixes: H, W picture height and width.
"""

from dataclasses import dataclass, replace

import numpy as np

from livernet.core.data.images import Picture
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.sector.echo import Echo, Screen
from livernet.core.preprocess.sector.judge import Fit
from livernet.core.preprocess.sector.largest import Place
from livernet.core.preprocess.sector.panels import alike, apart, find_places
from livernet.core.preprocess.sector.tags import Tags, read_tags
from livernet.core.preprocess.sector.tighten import CLEAR, tighten

_MOST_ECHO = 0.75
_MOST_LEAK, _LEAST_CONFIDENCE = 0.04, 0.42
# a sector loses echoes to shadows; a rectangle that is half empty is no rectangle
_LEAST_COVERAGE = {"sector": 0.4, "rectangle": 0.55}
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
    screen = Screen(picture.grey_HW, picture.moving_HW)
    tagged = _by_tags(screen, tags)
    if tagged:
        return tagged
    note = "region tag does not hold the sector" if tags.panels else tags.note
    places = find_places(screen)
    if not places:
        raise Quarantined(
            "no ultrasound sector found", "check that this is a B-mode picture; crop the console away"
        )
    if len(places) > 1 and not (apart(places) and alike(places)):
        if not (forgiving or allow_doppler):
            raise Quarantined(
                "mixed-mode screen (a second, unlike picture beside the sector)",
                "export a plain B-mode picture",
            )
        places = places[:1]
    located = [
        Located(
            fit=_in_pixels(place, screen),
            echo=place.echo,
            route="pixels",
            spacing_mm=None,
            note=note,
        )
        for place in places
    ]
    if not forgiving:
        for one in located:
            _check(one)
    return tuple(sorted(located, key=lambda one: _corner(one.echo)))


def _corner(echo: Echo) -> tuple[int, int]:
    """What panels are ordered by: columns in coarse steps, then rows."""
    columns, rows = np.flatnonzero(echo.region_hw.any(axis=0)), np.flatnonzero(echo.region_hw.any(axis=1))
    return int(columns[0]) // max(1, len(columns) // 2), int(rows[0])


def acceptable(fit: Fit) -> bool:
    """Whether the sector holds nearly all echoes, is filled by them well enough, and is to be trusted."""
    least = _LEAST_COVERAGE[fit.sector.kind]
    return fit.leak <= _MOST_LEAK and fit.coverage >= least and fit.confidence >= _LEAST_CONFIDENCE


def _check(located: Located) -> None:
    fit, step = located.fit, located.echo.step
    if not acceptable(fit):
        raise Quarantined(
            f"the sector does not fit (coverage {fit.coverage:.2f}, outside {fit.leak:.2f})",
            "export the picture without overlays, or crop the console away",
        )
    inside_hw = fit.sector.scaled(1 / step).mask(located.echo.region_hw.shape)
    across, down = (step * int(np.count_nonzero(inside_hw.any(axis=axis))) for axis in (0, 1))
    if min(across, down) < _LEAST_SIDE or np.count_nonzero(inside_hw) < _LEAST_SHARE * inside_hw.size:
        raise Quarantined(
            f"the sector is too small ({across}x{down} pixels)", "export the picture at full size"
        )


def _by_tags(screen: Screen, tags: Tags) -> tuple[Located, ...]:
    """One fit a tagged panel; empty when a tag does not hold its sector."""
    located: list[Located] = []
    for region in tags.panels:
        places = find_places(screen, within=region.box)
        if len(places) != 1 or not acceptable(places[0].fit):
            return ()
        fit = _in_pixels(places[0], screen)
        _refuse_graphics(fit, tags, screen.grey_HW.shape)
        located.append(
            Located(fit=fit, echo=places[0].echo, route="region", spacing_mm=region.spacing_mm, note="")
        )
    return tuple(located) if located and _hold(located, screen) else ()


def _refuse_graphics(fit: Fit, tags: Tags, shape: tuple[int, int]) -> None:
    inside_HW = fit.sector.mask(shape)
    for x0, y0, x1, y1 in tags.graphics:
        if inside_HW[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1].any():
            raise Quarantined(
                "graphics over the tissue, by the region tags", "export the picture without overlays"
            )


def _in_pixels(place: Place, screen: Screen) -> Fit:
    """The fit in source pixels, every side moved to where echoes begin at full resolution."""
    sector = place.fit.sector.scaled(place.echo.step)
    return replace(place.fit, sector=tighten(sector, screen.grey_HW, screen.background(CLEAR)))


def _hold(located: list[Located], screen: Screen) -> bool:
    """Whether the echoes within the tags are most of those of the whole screen."""
    whole = next(iter(screen.echoes()), None)
    within = sum(float(panel.echo.region_hw.sum()) for panel in located)
    return whole is None or within >= _MOST_ECHO * float(whole.region_hw.sum())
