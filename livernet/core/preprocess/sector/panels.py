"""The regions of a screen, each with its sector: one sector in pieces, several panels, or a strip beside one.

Shape suffixes: h, w the coarse grid of :mod:`echo`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.echo import Box, Echo, Screen
from livernet.core.preprocess.sector.fit import fit_rectangle
from livernet.core.preprocess.sector.largest import (
    Place,
    ends_on_arc,
    find_largest,
    is_strip,
    place_of,
    share_inside,
)

_HELD, _LEAKS = 0.6, 0.03
_LIKE, _LESS, _OPENING = 0.82, 0.55, 0.7
_COMPARABLE, _STRIP_AREA, _TEXTURE = 0.3, 0.05, 0.35
_LONG, _WIDE = 0.45, 0.07
_ASUNDER, _VALLEY = 0.35, 0.75
_SEAM, _BESIDE, _SEAM_TEXTURE = 0.75, 0.85, 3
_ONE, _GAIN = 2.2, 0.15
_WHOLE, _WHOLE_BOX, _WHOLE_LOSS = 1.2, 2.0, 0.3
_SAME, _LEVEL, _OVERLAP = 0.95, 0.03, 0.25


def find_places(screen: Screen, *, within: Box | None = None) -> tuple[Place, ...]:
    """The largest sector, and those of separate regions beside it: panels, or a strip of another mode."""
    main, others = find_largest(screen, within)
    if main is None:
        return ()
    rivals = [e for e in others if _counts(e, main.echo) and share_inside(main, e) < _HELD]
    if rivals:
        whole = _as_one(main, rivals)
        places = (main, *(place for echo in rivals if (place := place_of(echo)) is not None))
        return (whole,) if whole is not None else _as_boxes(places)
    return _halves(main, screen) or (main,)


def _as_one(main: Place, rivals: Sequence[Echo]) -> Place | None:
    """The one sector or rectangle whose pieces a shadow, a dark depth or a vessel parted, if they are such.

    Pieces of a sector end on its outer arc, which a strip of M-mode or a spectrum does not; those of a
    rectangle reach past each other in both directions, which panels do not.
    """
    whole = place_of(main.echo.joined(rivals))
    if whole is None or whole.fit.leak > _LEAKS:
        return None
    if whole.fit.sector.apex is None:
        parted = whole.fit.score >= _WHOLE_BOX and all(_interlock(main.echo, echo) for echo in rivals)
        return whole if parted else None
    if whole.fit.score < max(_WHOLE, main.fit.score - _WHOLE_LOSS):
        return None
    on_arc = all(not is_strip(echo) and ends_on_arc(whole.fit, echo) for echo in rivals)
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


def apart(places: Sequence[Place]) -> bool:
    """Whether no place lies over another, as pieces of one dim picture do, each with a sector of its own."""
    return all(share_inside(one, other.echo) <= _OVERLAP for one, other in permutations(places, 2))


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
    halves = (place_of(half) for half in (place.echo.parted(0, at), place.echo.parted(at + 1, None)))
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
