"""The largest sector of a screen: a hole in the console, or what two thresholds find; its pieces joined.

Shape suffixes: h, w the coarse grid of :mod:`echo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Box, Echo, Screen, find_hole
from livernet.core.preprocess.sector.fit import fit_sector
from livernet.core.preprocess.sector.judge import Fit, Judge
from livernet.core.preprocess.sector.numbers import as_numbers, depths
from livernet.core.preprocess.sector.outline import trace

_LOW, _HIGH = 1, 4
_GOOD, _EXCELLENT = 2.0, 2.35
_ISLAND, _HELD = 0.9, 0.6
_LOSS, _LOSS_ON_ARC = 0.1, 0.5
_POOR = 1.6
_CLEAN, _FULL, _LEAKS, _STRAY = 0.8, 0.94, 0.03, 0.08
_STRIP = 0.9


@dataclass(frozen=True, kw_only=True)
class Place:
    """A region of echoes and the sector fitted to it, both in cells."""

    echo: Echo
    """The region, with its islands."""
    fit: Fit
    """Its sector."""


def find_largest(screen: Screen, within: Box | None = None) -> tuple[Place | None, Sequence[Echo]]:
    """The largest sector of a screen, or of a box of it, and the regions beside it.

    Where the sector shows as a clean hole in a bright console, that settles it. Else, over a low and a high
    threshold for echoes, the one with the better largest sector.
    """
    low = screen.echoes(above=_LOW, within=within)
    if not low:
        return None, ()
    return (None if within is not None else _holed(screen, low)) or _over_thresholds(screen, low, within)


def _holed(screen: Screen, low: Sequence[Echo]) -> tuple[Place, Sequence[Echo]] | None:
    """The sector that shows as a clean dark hole in the console, and the regions beside it."""
    first, *rest = low
    hole = find_hole(screen, first)
    if hole is None or is_strip(hole) or (hole.region_hw & first.region_hw).sum() < _FULL * first.area:
        return None
    fit = fit_sector(hole)
    if fit is None or fit.sector.apex is None:
        return None
    place = Place(echo=first, fit=fit)
    clean = fit.edges >= _CLEAN and fit.coverage >= _FULL and fit.leak <= _LEAKS
    if not clean or share_inside(place, first) < _FULL:
        return None
    is_inside = [share_inside(place, echo) >= _ISLAND for echo in rest]
    joined = first.joined([echo for echo, inside in zip(rest, is_inside, strict=True) if inside])
    beside = [echo for echo, inside in zip(rest, is_inside, strict=True) if not inside]
    return Place(echo=joined, fit=fit), beside


def _over_thresholds(
    screen: Screen, low: Sequence[Echo], within: Box | None
) -> tuple[Place | None, Sequence[Echo]]:
    """The largest sector by the low threshold for echoes or, where that one is poor, by the better of two."""
    first, *others = low
    best = place_of(first)
    if best is not None:
        best = _with_islands(best, others)
        if best.fit.score >= _GOOD:
            return best, others
    first_high, *rest = screen.echoes(above=_HIGH, within=within) or (None,)
    high = None if first_high is None else place_of(first_high)
    if high is None:
        return best, others
    best, is_high = _better(best, _with_islands(high, rest))
    return best, rest if is_high else others


def place_of(echo: Echo) -> Place | None:
    """A region with its sector; ``None`` where it has no extent."""
    fit = fit_sector(echo)
    return None if fit is None else Place(echo=echo, fit=fit)


def share_inside(place: Place, echo: Echo) -> float:
    """How much of a region lies in a sector, 0..1."""
    return float((depths(as_numbers([place.fit.sector]), *_points(echo)) >= -1).mean())


def ends_on_arc(fit: Fit, echo: Echo) -> bool:
    """Whether the lower ends of a region lie on the outer arc of a sector, and are curved as it is."""
    if fit.sector.apex is None:
        return False
    outline = trace(echo.region_hw)
    x, y = outline.columns - fit.sector.apex[0], outline.bottom - fit.sector.apex[1]
    on = np.abs(np.hypot(x, y) - fit.sector.radii[1]) <= 2
    return bool(on.mean() >= _HELD and np.ptp(outline.bottom[on]) >= 3)


def is_strip(echo: Echo) -> bool:
    """Whether a region fills its own box: M-mode, a spectrum, a second rectangle."""
    rows, columns = np.flatnonzero(echo.region_hw.any(axis=1)), np.flatnonzero(echo.region_hw.any(axis=0))
    return bool(echo.area > _STRIP * (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1))


def _better(low: Place | None, high: Place) -> tuple[Place, bool]:
    """The better place of a lower and a higher threshold for echoes, and whether it is the higher one's.

    The sector of the higher threshold has to hold the echoes of the lower one better than its own does,
    unless that one is poor, or has thumbnails of the console joined to it that only a gap divides.
    """
    if low is None:
        return high, True
    if low.fit.score < _POOR:
        return (high, True) if high.fit.score > low.fit.score else (low, False)
    fit = Judge(low.echo, trace(low.echo.region_hw), 100).fits(as_numbers([high.fit.sector]))[0]
    if low.fit.leak > _LEAKS and _LEAKS < fit.leak <= _STRAY and high.fit.score >= _EXCELLENT:
        return high, True
    return (low, False) if fit.score <= low.fit.score else (Place(echo=low.echo, fit=fit), True)


def _with_islands(main: Place, others: Sequence[Echo]) -> Place:
    """The sector refitted to its region and the pieces that a shadow or a dark depth parted from it."""
    islands = [e for e in others if _in_wedge(main.fit, e) and not is_strip(e)]
    if not islands:
        return main
    whole = main.echo.joined(islands)
    fit = fit_sector(whole)
    if fit is None:
        return main
    joined = Place(echo=whole, fit=fit)
    loss = _LOSS_ON_ARC if all(ends_on_arc(fit, island) for island in islands) else _LOSS
    return joined if fit.score >= main.fit.score - loss else main


def _in_wedge(fit: Fit, echo: Echo) -> bool:
    """Whether a region lies between both edges, at whatever depth."""
    sector = fit.sector
    if sector.apex is None:
        return False
    x, y = _points(echo)
    angle = np.arctan2(x - sector.apex[0], y - sector.apex[1])
    return bool(((angle >= sector.angles[0] - 0.02) & (angle <= sector.angles[1] + 0.02)).mean() >= _ISLAND)


def _points(echo: Echo) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.nonzero(echo.region_hw)
    thin = max(1, len(x) // 500)
    return x[::thin].astype(np.float32), y[::thin].astype(np.float32)
