"""Many sectors at once, as rows of numbers: how deep points lie in each, and which pieces of a row of cells.

Columns of a (C, 10) array: apex x and y, left and right edge as slopes (columns to a row), inner and outer
radius, and the box x0, y0, x1, y1. A rectangle is the wide-open sector of an apex far above its box.
Shape suffixes: C candidates; N points; R rows of cells.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.sector.shape import Sector

_FAR, _OPEN, _WIDE = 1e4, 1e6, 1e9
"""Height of a rectangle's apex above its box, slopes of its edges, and its radius: all beyond any picture."""

Numbers = NDArray[np.float32]


def as_numbers(sectors: Sequence[Sector]) -> Numbers:
    """Sectors and rectangles as rows of numbers: float32 (C, 10)."""
    return np.array([_numbers(sector) for sector in sectors], dtype=np.float32).reshape(-1, 10)


def as_sector(numbers: Numbers) -> Sector:
    """The sector, or rectangle, of one row (10,)."""
    x, y, left, right, inner, outer, x0, y0, x1, y1 = (float(value) for value in numbers)
    box = (x0, y0, x1, y1)
    if right >= _OPEN:
        return Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=box)
    return Sector(apex=(x, y), radii=(inner, outer), angles=(math.atan(left), math.atan(right)), box=box)


def depths(shapes_C10: Numbers, x_N: Numbers, y_N: Numbers) -> Numbers:
    """The distance of points from the nearest side of each sector, positive inside: float32 (C, N)."""
    x, y, left, right, inner, outer, x0, y0, x1, y1 = shapes_C10.T[:, :, None]
    dx_CN, dy_CN = x_N - x, y_N - y
    depth_CN = np.minimum(x_N - x0, x1 - x_N)
    radius_CN = np.sqrt(dx_CN * dx_CN + dy_CN * dy_CN)
    # a sector without inner arc reaches its apex
    hole = np.where(inner > 0, inner, np.float32(-9))
    for side_CN in (
        y_N - y0,
        y1 - y_N,
        radius_CN - hole,
        outer - radius_CN,
        (dx_CN - left * dy_CN) / np.sqrt(1 + left * left),
        (right * dy_CN - dx_CN) / np.sqrt(1 + right * right),
    ):
        np.minimum(depth_CN, side_CN, out=depth_CN)
    return np.asarray(depth_CN)


def spans(shapes_C10: Numbers, y_R: Numbers, width: int, grown: float) -> tuple[NDArray[np.intp], ...]:
    """Where the cells of each row lie that are in a sector grown by ``grown``: four times int (C, R).

    First cell and end of the row's piece, and first cell and end of the hole that the inner arc leaves in it.
    """
    x, y, left, right, inner, outer, x0, y0, x1, y1 = shapes_C10.T[:, :, None]
    dy_CR = y_R - y
    squared_CR = dy_CR * dy_CR
    within_CR = (outer + grown) ** 2 - squared_CR
    reach_CR = np.where(within_CR >= 0, np.sqrt(np.maximum(within_CR, 0)), np.float32(-_FAR))
    first_CR = np.maximum(-reach_CR, left * dy_CR - grown * np.sqrt(1 + left * left))
    last_CR = np.minimum(reach_CR, right * dy_CR + grown * np.sqrt(1 + right * right))
    np.maximum(first_CR + x, x0 - grown, out=first_CR)
    np.minimum(last_CR + x, x1 + grown, out=last_CR)
    last_CR[(y_R < y0 - grown) | (y_R > y1 + grown)] = -1
    half_CR = np.sqrt(np.maximum(np.maximum(inner - grown, 0) ** 2 - squared_CR, 0))
    start_CR = np.ceil(first_CR).clip(0, width).astype(np.intp)
    end_CR = np.maximum(start_CR, (np.floor(last_CR) + 1).clip(0, width).astype(np.intp))
    hole_CR = (np.floor(x - half_CR) + 1).clip(start_CR, end_CR).astype(np.intp)
    behind_CR = np.ceil(x + half_CR).clip(hole_CR, end_CR).astype(np.intp)
    return start_CR, end_CR, hole_CR, behind_CR


def _numbers(sector: Sector) -> tuple[float, ...]:
    x0, y0, x1, y1 = sector.box
    if sector.apex is None:
        return (x0 + x1) / 2, y0 - _FAR, -_OPEN, _OPEN, 0.0, _WIDE, x0, y0, x1, y1
    left, right = (math.tan(angle) for angle in sector.angles)
    return (*sector.apex, left, right, *sector.radii, x0, y0, x1, y1)
