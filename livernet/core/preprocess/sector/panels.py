"""The regions of a screen, each with its sector: one sector in pieces, several panels, or a strip beside one.

Shape suffixes: h, w the coarse grid of :mod:`echo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Box, Echo, Screen, find_hole
from livernet.core.preprocess.sector.fit import fit_rectangle, fit_sector
from livernet.core.preprocess.sector.judge import Fit, Judge
from livernet.core.preprocess.sector.numbers import as_numbers, depths
from livernet.core.preprocess.sector.outline import trace

_LOW, _HIGH = 1, 4
_GOOD, _EXCELLENT = 2.0, 2.35
_ISLAND = 0.9
_HELD = 0.6
_LOSS, _LOSS_ON_ARC = 0.1, 0.5
_POOR = 1.6
_LIKE, _LESS, _OPENING = 0.82, 0.55, 0.7
_COMPARABLE, _STRIP_AREA, _TEXTURE = 0.3, 0.05, 0.35
_LONG, _WIDE = 0.45, 0.07
_ASUNDER, _VALLEY = 0.35, 0.75
_SEAM, _BESIDE, _SEAM_TEXTURE = 0.75, 0.85, 3
_CLEAN, _FULL, _LEAKS = 0.8, 0.94, 0.03
_ONE, _GAIN = 2.2, 0.15
_STRIP = 0.9
_STRAY = 0.08
_WHOLE, _WHOLE_BOX, _WHOLE_LOSS = 1.2, 2.0, 0.3
_SAME, _LEVEL = 0.95, 0.03


@dataclass(frozen=True, kw_only=True)
class Place:
    """A region of echoes and the sector fitted to it, both in cells."""

    echo: Echo
    """The region, with its islands."""
    fit: Fit
    """Its sector."""


def find_places(screen: Screen, *, within: Box | None = None) -> tuple[Place, ...]:
    """The sector of the largest region, and those of separate regions beside it.

    Where the sector shows as a clean hole in a bright console, that settles it. Else, over a low and a high
    threshold for echoes, the one with the better largest sector.
    """
    low = screen.echoes(above=_LOW, within=within)
    if not low:
        return ()
    main, others = (None if within is not None else _holed(screen, low)) or _over_thresholds(
        screen, low, within
    )
    if main is None:
        return ()
    rivals = [e for e in others if _counts(e, main.echo) and _share_inside(main, e) < _HELD]
    if rivals:
        whole = _as_one(main, rivals)
        places = (main, *(place for echo in rivals if (place := _place(echo)) is not None))
        return (whole,) if whole is not None else _as_boxes(places)
    return _halves(main, screen) or (main,)


def _holed(screen: Screen, low: Sequence[Echo]) -> tuple[Place, Sequence[Echo]] | None:
    """The sector that shows as a clean dark hole in the console, and the regions beside it."""
    first, *rest = low
    hole = find_hole(screen, first)
    if hole is None or _is_strip(hole) or (hole.region_hw & first.region_hw).sum() < _FULL * first.area:
        return None
    fit = fit_sector(hole)
    if fit is None or fit.sector.apex is None:
        return None
    place = Place(echo=first, fit=fit)
    clean = fit.edges >= _CLEAN and fit.coverage >= _FULL and fit.leak <= _LEAKS
    if not clean or _share_inside(place, first) < _FULL:
        return None
    is_inside = [_share_inside(place, echo) >= _ISLAND for echo in rest]
    joined = first.joined([echo for echo, inside in zip(rest, is_inside, strict=True) if inside])
    beside = [echo for echo, inside in zip(rest, is_inside, strict=True) if not inside]
    return Place(echo=joined, fit=fit), beside


def _over_thresholds(
    screen: Screen, low: Sequence[Echo], within: Box | None
) -> tuple[Place | None, Sequence[Echo]]:
    """The largest sector by the low threshold for echoes or, where that one is poor, by the better of two."""
    first, *others = low
    best = _place(first)
    if best is not None:
        best = _with_islands(best, others)
        if best.fit.score >= _GOOD:
            return best, others
    first_high, *rest = screen.echoes(above=_HIGH, within=within) or (None,)
    high = None if first_high is None else _place(first_high)
    if high is None:
        return best, others
    best, is_high = _better(best, _with_islands(high, rest))
    return best, rest if is_high else others


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


def _in_hole(place: Place, screen: Screen) -> Place:
    """The place with the sector that shows as a dark hole in the console, if there is one."""
    hole = find_hole(screen, place.echo)
    fit = None if hole is None else fit_sector(hole)
    if hole is None or fit is None or _is_strip(hole) or fit.sector.apex is None:
        return place
    if fit.edges < _CLEAN or fit.coverage < _FULL or fit.leak > _LEAKS:
        return place
    if _share_inside(Place(echo=place.echo, fit=fit), place.echo) < _FULL:
        return place
    return Place(echo=place.echo, fit=fit)


def _place(echo: Echo) -> Place | None:
    fit = fit_sector(echo)
    return None if fit is None else Place(echo=echo, fit=fit)


def _as_one(main: Place, rivals: Sequence[Echo]) -> Place | None:
    """The one sector or rectangle whose pieces a shadow, a dark depth or a vessel parted, if they are such.

    Pieces of a sector end on its outer arc, which a strip of M-mode or a spectrum does not; those of a
    rectangle reach past each other in both directions, which panels do not.
    """
    whole = _place(main.echo.joined(rivals))
    if whole is None or whole.fit.leak > _LEAKS:
        return None
    if whole.fit.sector.apex is None:
        parted = whole.fit.score >= _WHOLE_BOX and all(_interlock(main.echo, echo) for echo in rivals)
        return whole if parted else None
    if whole.fit.score < max(_WHOLE, main.fit.score - _WHOLE_LOSS):
        return None
    on_arc = all(not _is_strip(echo) and _ends_on_arc(whole.fit, echo) for echo in rivals)
    return whole if on_arc else None


def _interlock(one: Echo, other: Echo) -> bool:
    """Whether two regions share rows as well as columns, so that no straight gap divides them."""
    shared = ((one.region_hw.any(axis=k) & other.region_hw.any(axis=k)).sum() for k in (0, 1))
    least = (min(sides) for sides in zip(_size(one), _size(other), strict=True))
    return all(both >= _COMPARABLE * side for both, side in zip(shared, least, strict=True))


def _as_boxes(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Panels of a linear probe as rectangles, though a dark depth rounds one; else the places as they are.

    Such panels lie side by side, of one width and with their tops level; M-mode and spectra do not.
    """
    if len({place.fit.sector.kind for place in places}) == 1 or not _is_row(places):
        return places
    fits = [fit_rectangle(place.echo) for place in places]
    boxes = tuple(
        replace(place, fit=fit) for place, fit in zip(places, fits, strict=True) if fit.score >= _WHOLE_BOX
    )
    return boxes if len(boxes) == len(places) else places


def _is_row(places: Sequence[Place]) -> bool:
    """Whether regions stand side by side, equally wide and with level tops."""
    widths, heights = np.array([_size(place.echo) for place in places]).T
    tops = [int(place.echo.region_hw.any(axis=1).argmax()) for place in places]
    apart = np.sum([place.echo.region_hw.any(axis=0) for place in places], axis=0).max() <= 1
    level = max(tops) - min(tops) <= _LEVEL * heights.min()
    return bool(apart and level and widths.min() >= _SAME * widths.max())


def alike(places: Sequence[Place]) -> bool:
    """Whether all places are panels of one kind: a dual or a quad screen.

    Sectors may differ in depth and so in size; of rectangles, one that differs in size may well be M-mode,
    unless they stand in a row as panels do. How far a sector opens is hidden where the console cuts its
    sides, so panels in a row that are of one size need not open alike.
    """
    if len({place.fit.sector.kind for place in places}) > 1:
        return False
    sizes = np.array([_size(place.echo) for place in places])
    likeness, in_row = float((sizes.min(axis=0) / sizes.max(axis=0)).min()), _is_row(places)
    if places[0].fit.sector.apex is None:
        return likeness >= (_LESS if in_row else _LIKE)
    openings = [place.fit.sector.angles[1] - place.fit.sector.angles[0] for place in places]
    opening = min(openings) / max(openings)
    return likeness >= _LESS and (opening >= _OPENING or (in_row and likeness >= _SAME))


def _counts(echo: Echo, main: Echo) -> bool:
    """Whether a region is a picture of its own, and not a bar of buttons, a thumbnail or a shaded panel."""
    height, width = echo.region_hw.shape
    across, down = _size(echo)
    strip = max(across / width, down / height) >= _LONG and min(across, down) >= _WIDE * height
    large = echo.area >= _COMPARABLE * main.area or (strip and echo.area >= _STRIP_AREA * main.area)
    return large and echo.texture >= _TEXTURE * main.texture


def _size(echo: Echo) -> tuple[int, int]:
    return int(echo.region_hw.any(axis=0).sum()), int(echo.region_hw.any(axis=1).sum())


def _halves(place: Place, screen: Screen) -> tuple[Place, ...]:
    """Two panels that touch in the middle: by a narrow seam, or a better fit than as one; else none."""
    region_hw = place.echo.region_hw
    columns = np.flatnonzero(region_hw.any(axis=0))
    width = len(columns)
    rough_hw = region_hw & (screen.range_hw >= _SEAM_TEXTURE)
    filled = rough_hw[:, columns[0] : columns[-1] + 1].sum(axis=0)
    middle = slice(2 * width // 5, max(2 * width // 5 + 1, 3 * width // 5))
    lowest = middle.start + int(np.argmin(filled[middle]))
    level = min(float(np.median(filled[: middle.start])), float(np.median(filled[middle.stop :])))
    is_seam = _is_seam(filled, lowest)
    if not is_seam and (place.fit.score >= _ONE or filled[lowest] > _VALLEY * level):
        return ()
    at = int(columns[0]) + lowest
    halves = (_place(half) for half in (place.echo.parted(0, at), place.echo.parted(at + 1, None)))
    fitted = tuple(half for half in halves if half is not None)
    if len(fitted) < 2 or not alike(fitted):
        return ()
    apexes = [half.fit.sector.apex[0] for half in fitted if half.fit.sector.apex is not None]
    # one sector cut in two has one apex
    if len(apexes) == 2 and apexes[1] - apexes[0] < _ASUNDER * width:
        return ()
    gain = min(half.fit.score for half in fitted) - place.fit.score
    return fitted if gain > (-_GAIN if is_seam else _GAIN) else ()


def _is_seam(filled_N: NDArray[np.intp], at: int) -> bool:
    """Whether a column holds far less texture than those a few columns to its left and right."""
    near = float(np.median(filled_N[max(0, at - 8) : at + 9]))
    beside = min(
        float(np.median(filled_N[max(0, at - 6) : at - 2])), float(np.median(filled_N[at + 3 : at + 7]))
    )
    return bool(filled_N[at] < _SEAM * near and beside > _BESIDE * near)


def _with_islands(main: Place, others: Sequence[Echo]) -> Place:
    """The sector refitted to its region and the pieces that a shadow or a dark depth parted from it."""
    islands = [e for e in others if _in_wedge(main.fit, e) and not _is_strip(e)]
    if not islands:
        return main
    whole = main.echo.joined(islands)
    fit = fit_sector(whole)
    if fit is None:
        return main
    joined = Place(echo=whole, fit=fit)
    loss = _LOSS_ON_ARC if all(_ends_on_arc(fit, island) for island in islands) else _LOSS
    return joined if fit.score >= main.fit.score - loss else main


def _ends_on_arc(fit: Fit, echo: Echo) -> bool:
    """Whether the lower ends of a region lie on the outer arc of a sector, and are curved as it is."""
    if fit.sector.apex is None:
        return False
    outline = trace(echo.region_hw)
    x, y = outline.columns - fit.sector.apex[0], outline.bottom - fit.sector.apex[1]
    on = np.abs(np.hypot(x, y) - fit.sector.radii[1]) <= 2
    return bool(on.mean() >= _HELD and np.ptp(outline.bottom[on]) >= 3)


def _points(echo: Echo) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.nonzero(echo.region_hw)
    thin = max(1, len(x) // 500)
    return x[::thin].astype(np.float32), y[::thin].astype(np.float32)


def _share_inside(place: Place, echo: Echo) -> float:
    return float((depths(as_numbers([place.fit.sector]), *_points(echo)) >= -1).mean())


def _in_wedge(fit: Fit, echo: Echo) -> bool:
    """Whether a region lies between both edges, at whatever depth."""
    sector = fit.sector
    if sector.apex is None:
        return False
    x, y = _points(echo)
    angle = np.arctan2(x - sector.apex[0], y - sector.apex[1])
    return bool(((angle >= sector.angles[0] - 0.02) & (angle <= sector.angles[1] + 0.02)).mean() >= _ISLAND)


def _is_strip(echo: Echo) -> bool:
    """Whether a region fills its own box: M-mode, a spectrum, a second rectangle."""
    rows, columns = np.flatnonzero(echo.region_hw.any(axis=1)), np.flatnonzero(echo.region_hw.any(axis=0))
    return bool(echo.area > _STRIP * (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1))
