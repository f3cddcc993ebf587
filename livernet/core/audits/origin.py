"""What is known of where each picture comes from, as features: nothing of it is tissue.

The record of ``preprocess`` tells of the file and the sector; without one, the picture's black border does.
Shape suffixes: N images, D features.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from livernet.core.audits.pictures import Mask
from livernet.core.audits.quick import Floats
from livernet.core.data.manifest import Row
from livernet.core.errors import ConfigError, DataError
from livernet.core.preprocess.geometry import Geometry

TOGETHER = "all of these together"
BORDER = "the shape of the black border"
"""What is asked where no sector is recorded."""
_SECTOR = "the shape of the sector"
_AGAIN = "make the cohort again with 'livernet preprocess RAW OUT'"
Facts = Mapping[str, Any]
_Reader = Callable[[Facts], Any]
_T = TypeVar("_T")


def apex_of(facts: Facts, side: int) -> tuple[float, float] | None:
    """Where the beams come from (x, y), in pixels of the prepared picture reduced to ``side``.

    ``None`` where it is not recorded, or the beams run straight down.
    """
    return _of(lambda known: _reduced_apex(known, side), facts)


def _reduced_apex(facts: Facts, side: int) -> tuple[float, float]:
    geometry = Geometry.from_dict(facts["geometry"])
    (x, y), (across, down) = facts["sector"]["apex"], geometry.scale
    left, top, _, _ = geometry.placed
    factor = side / geometry.size
    return ((x - geometry.box[0]) * across + left) * factor, ((y - geometry.box[1]) * down + top) * factor


def parts_of(rows: Sequence[Row], facts: Mapping[str, Facts], border_ND: Floats) -> dict[str, Floats]:
    """Features of each aspect of the pictures' origin that varies, (N, D) by its name in plain words.

    Args:
        rows: of the images.
        facts: what :func:`livernet.core.data.record.read_images` returned.
        border_ND: what :func:`border_of` says of each; used where no sector is recorded.
    """
    parts = _aspects(rows, facts)
    if not parts[_SECTOR].size:
        parts[BORDER] = border_ND
    varying = {name: _varying(part) for name, part in parts.items()}
    found = {name: part for name, part in varying.items() if part.size}
    if len(found) > 1:
        found[TOGETHER] = np.hstack(list(found.values()))
    return found


def is_recorded(rows: Sequence[Row], facts: Mapping[str, Facts]) -> dict[str, bool]:
    """Of each aspect whether anything is known of it in these images, so that it can be asked at all."""
    recorded = {name: bool(part.size) for name, part in _aspects(rows, facts).items()}
    return recorded if recorded[_SECTOR] else recorded | {BORDER: True}


def _aspects(rows: Sequence[Row], facts: Mapping[str, Facts]) -> dict[str, Floats]:
    """Features of each aspect, (N, D) by its name; D = 0 where nothing is recorded."""
    known = [facts.get(row.image, {}) for row in rows]
    parts = {
        "the scanner": _categories([row.scanner for row in rows]),
        "the site": _categories([row.site for row in rows]),
    }
    for name, readers in _CATEGORIES.items():
        parts[name] = np.hstack([_categories([_of(read, one) for one in known]) for read in readers])
    for name, reader in _NUMBERS.items():
        parts[name] = _numbers([_of(reader, one) for one in known])
    return parts


def _of(read: Callable[[Facts], _T], facts: Facts) -> _T | None:
    """What a reader finds; ``None`` where a fact is not there or was edited by hand."""
    try:
        return read(facts)
    except (DataError, ConfigError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None


def _size(facts: Facts) -> list[float]:
    height, width = facts["geometry"]["source"]
    return [float(height), float(width)]


def _sector(facts: Facts) -> list[float]:
    """Opening, curvature, cut and place of the sector, free of the picture's size."""
    x0, y0, x1, y1 = facts["geometry"]["box"]
    height, width = facts["geometry"]["source"]
    (inner, outer), (left, right) = facts["sector"]["radii"], facts["sector"]["angles"]
    apex = facts["sector"]["apex"] or ((x0 + x1) / 2, y0)
    numbers = [
        left, right, inner / max(outer, 1.0), (apex[0] - x0) / (x1 - x0), (apex[1] - y0) / (y1 - y0),
        (x1 - x0) / (y1 - y0), x0 / width, y0 / height, x1 / width, y1 / height,
    ]  # fmt: skip
    return [float(number) for number in numbers]


_CATEGORIES: dict[str, tuple[_Reader, ...]] = {
    "the file format": (
        lambda facts: facts["format"],
        lambda facts: facts["photometric"],
        lambda facts: facts["transfer_syntax"],
    ),
    "the route to the sector": (
        lambda facts: facts["checks"]["route"],
        lambda facts: facts["sector"]["kind"],
    ),
}
_NUMBERS: dict[str, _Reader] = {
    "the size of the original": _size,
    "the bit depth": lambda facts: [float(facts["bit_depth"])],
    "the number of frames": lambda facts: [float(facts["frames"])],
    _SECTOR: _sector,
    "the level of the border": lambda facts: [float(facts["border"]["level"])],
    "the file's compression": lambda facts: [float(facts["border"]["blocks"])],
    "the number of marks on the picture": lambda facts: [
        float(facts["checks"]["markers"]),
        *(float(facts["checks"]["kinds"].get(kind, 0)) for kind in ("caliper", "dotted line", "pointer")),
    ],
}


def _categories(values: Sequence[Any]) -> Floats:
    """One column a value; what is not known is a value of its own. None where nothing is known."""
    texts = ["" if value is None else str(value) for value in values]
    names = sorted(set(texts)) if any(texts) else []
    return np.array([[float(text == name) for name in names] for text in texts])


def _numbers(values: Sequence[list[float] | None]) -> Floats:
    """The numbers, and a column that says where they are not known; none where they never are."""
    known = [value for value in values if value is not None and np.isfinite(value).all()]
    if not known:
        return np.zeros((len(values), 0))
    middle = np.median(known, axis=0).tolist()
    lines = [
        [*(middle if value is None or not np.isfinite(value).all() else value), float(value is None)]
        for value in values
    ]
    return np.array(lines, dtype=np.float64)


def border_of(sector_SS: Mask) -> Floats:
    """Extent of the black border on each side, aspect and fill of the box, width of the sector by depth."""
    if not sector_SS.any():
        return np.zeros(12)
    down, across = np.flatnonzero(sector_SS.any(axis=1)), np.flatnonzero(sector_SS.any(axis=0))
    box_SS = sector_SS[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
    height, width = box_SS.shape
    side = len(sector_SS)
    profile = box_SS.mean(axis=1)[np.linspace(0, height - 1, 6).astype(np.int64)]
    ends = np.array([down[0], down[-1], across[0], across[-1]]) / side
    return np.concatenate([ends, [width / height, box_SS.mean()], profile])


def _varying(part_ND: Floats) -> Floats:
    return part_ND[:, np.ptp(part_ND, axis=0) > 1e-9] if part_ND.size else part_ND
