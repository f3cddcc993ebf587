"""What the region tags of a DICOM file say: the tissue panels of the screen, and what forbids its use.

Values as in DICOM PS3.3 C.8.5.5: Region Spatial Format (0018,6012) and Region Data Type (0018,6014).
Shape suffixes: H, W picture height and width.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.dicom import UltrasoundRegion
from livernet.core.data.images import Picture
from livernet.core.preprocess.refusal import Quarantined

_LEAST_SHARE, _MOST_SHARE = 0.10, 0.95
_LEAST_SHARED = 0.04
_M_MODE, _SPECTRAL, _GRAPHICS = 2, 3, 5
_FLOW = (
    {2: "colour Doppler"}
    | dict.fromkeys((3, 4), "spectral Doppler")
    | dict.fromkeys((5, 6, 7, 8), "Doppler trace")
)
_BARS = {13, 14}

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Tags:
    """What the tags of one file come to."""

    panels: tuple[UltrasoundRegion, ...]
    """Tissue regions, left to right and top to bottom; empty where the tags are of no use."""
    graphics: tuple[Box, ...]
    """Graphics and bars, allowed beside the echoes and not over them."""
    note: str
    """Why the tags were not used; empty otherwise."""


def read_tags(picture: Picture, *, allow_doppler: bool = False) -> Tags:
    """The panels that the tags name.

    Args:
        picture: any picture; one without DICOM tags has no panels.
        allow_doppler: a screen with flow, spectra or M-mode beside its tissue may pass.

    Raises:
        Quarantined: the screen shows Doppler, a spectrum or M-mode.
    """
    regions = picture.dicom.regions if picture.dicom is not None else ()
    tissue = [region for region in regions if region.is_tissue]
    others = [name for region in regions if (name := _mode(region))]
    if others and not (allow_doppler and (tissue or set(others) == {_FLOW[2]})):
        raise Quarantined(f"{others[0]} on the screen, by its region tags", "export a plain B-mode picture")
    usable = _distinct([region for region in tissue if _plausible(region.box, picture.grey_HW)])
    graphics = tuple(r.box for r in regions if r.spatial_format == _GRAPHICS or r.data_type in _BARS)
    if any(_overlapping(a.box, b.box) for a, b in combinations(usable, 2)):
        return Tags(panels=(), graphics=graphics, note="the region tags overlap one another")
    return Tags(
        panels=tuple(sorted(usable, key=lambda region: (region.box[0], region.box[1]))),
        graphics=graphics,
        note="no usable region tag" if regions and not usable else "",
    )


def _mode(region: UltrasoundRegion) -> str:
    """The name of a mode that is not B-mode; empty for tissue, bars, graphics and ECG."""
    by_format = {_M_MODE: "M-mode", _SPECTRAL: "spectral Doppler"}.get(region.spatial_format, "")
    return by_format or _FLOW.get(region.data_type, "")


def _distinct(regions: list[UltrasoundRegion]) -> list[UltrasoundRegion]:
    """Every box once."""
    return list({region.box: region for region in regions}.values())


def _plausible(box: Box, grey_HW: NDArray[np.uint8]) -> bool:
    height, width = grey_HW.shape
    x0, y0, x1, y1 = box
    # some scanners write the exclusive bound: one pixel beyond the border is forgiven
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        return False
    share = (x1 - x0 + 1) * (y1 - y0 + 1) / (width * height)
    return _LEAST_SHARE <= share <= _MOST_SHARE and bool(np.ptp(grey_HW[y0 : y1 + 1, x0 : x1 + 1]) > 0)


def _overlapping(a: Box, b: Box) -> bool:
    """Whether two boxes share more than a border."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return across > 0 and down > 0 and across * down > _LEAST_SHARED * smaller
