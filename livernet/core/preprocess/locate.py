"""The route to the sector: DICOM region tags as candidates, then always the pixels.

Shape suffixes: H, W picture height and width.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.dicom import UltrasoundRegion
from livernet.core.data.images import Picture
from livernet.core.preprocess.echo import Echo, find_echo
from livernet.core.preprocess.sector import Fit, fit_sector
from livernet.core.preprocess.tighten import tighten

_GOOD = 1.7
_LEAST_SHARE, _MOST_SHARE = 0.10, 0.95
_MOST_ECHO = 0.75

Box = tuple[int, int, int, int]


class Quarantined(Exception):  # noqa: N818  # not a failure of the program: a picture that is set aside
    """A picture that cannot be shown to be clean; neither text carries patient data."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class Located:
    """Where the echoes are and how that was found."""

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


def locate(picture: Picture) -> Located:
    """Find and fit the sector.

    Raises:
        Quarantined: several or mixed regions by the tags, or nothing that looks like echoes.
    """
    region, note = _tagged_region(picture)
    if region is not None:
        found = _fit(picture.grey_HW, region.box)
        if found is not None and acceptable(found[0]) and _holds(found[1], picture.grey_HW):
            return Located(fit=found[0], echo=found[1], route="region", spacing_mm=region.spacing_mm, note="")
        note = "region tag does not hold the sector"
    found = _fit(picture.grey_HW, None)
    if found is None:
        raise Quarantined(
            "no ultrasound sector found", "check that this is a B-mode picture; crop the console away"
        )
    return Located(fit=found[0], echo=found[1], route="pixels", spacing_mm=None, note=note)


def acceptable(fit: Fit) -> bool:
    """Whether the sector holds nearly all echoes and is mostly filled by them."""
    return fit.leak <= 0.04 and fit.coverage >= 0.55 and fit.score >= 0.9


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


def _holds(echo: Echo, grey_HW: NDArray[np.uint8]) -> bool:
    """Whether the echoes within a tag are most of those of the whole screen."""
    whole = find_echo(grey_HW)
    return whole is None or float(echo.region_hw.sum()) >= _MOST_ECHO * float(whole.region_hw.sum())


def _tagged_region(picture: Picture) -> tuple[UltrasoundRegion | None, str]:
    """The one usable tissue region of a DICOM file, or why there is none.

    Raises:
        Quarantined: the tags describe several panels, or flow or spectra over the tissue.
    """
    regions = picture.dicom.regions if picture.dicom is not None else ()
    tissue = [region for region in regions if region.is_tissue and _plausible(region.box, picture.grey_HW)]
    if not tissue:
        return None, "no usable region tag" if regions else ""
    if len(tissue) > 1:
        raise Quarantined("several panels on one screen", "export each panel as a picture of its own")
    flow = [region for region in regions if region.spatial_format in {2, 3} or region.data_type in {2, 3, 4}]
    if any(_overlap(region.box, tissue[0].box) for region in flow):
        raise Quarantined("Doppler or spectral region on the screen", "export a plain B-mode picture")
    return tissue[0], ""


def _plausible(box: Box, grey_HW: NDArray[np.uint8]) -> bool:
    height, width = grey_HW.shape
    x0, y0, x1, y1 = box
    # some scanners write the exclusive bound: one pixel beyond the border is forgiven
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        return False
    share = (x1 - x0 + 1) * (y1 - y0 + 1) / (width * height)
    return _LEAST_SHARE <= share <= _MOST_SHARE and bool(np.ptp(grey_HW[y0 : y1 + 1, x0 : x1 + 1]) > 0)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
