"""What is known of each screen, and which written square came from which screen.

Shape suffixes: H, W the screen; S the square's side; h, w a mark's box.
"""

import csv
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.images import read_picture
from livernet.core.phantom.screens.canvas import ink_of
from livernet.core.phantom.screens.outline import inside_mask
from livernet.core.preprocess.geometry import Geometry
from livernet.core.preprocess.pipeline import BLANKED_MARGIN
from livernet.core.preprocess.sector.shape import Sector

PERSONAL = ("name", "id", "birth", "hospital", "date")
"""Kinds of text that carry patient data."""
_SMALL = 96


@dataclass(kw_only=True)
class Known:
    """One screen: where it lies and what is true of it."""

    path: Path
    document: dict[str, Any]
    """As in truth.json; ``mask`` may name a PNG in place of ``panels``."""

    @property
    def shape(self) -> tuple[int, int]:
        width, height = self.document["size"]
        return height, width

    @cached_property
    def screen(self) -> NDArray[np.uint8]:
        return read_picture(self.path).grey_HW

    def panel_masks(self) -> list[NDArray[np.bool_]]:
        if "mask" in self.document:
            return [np.asarray(Image.open(self.document["mask"])) > 0]
        return [inside_mask(panel, self.shape) for panel in self.document["panels"]]

    def texts(self) -> list[dict[str, Any]]:
        return [mark for mark in self.document["burned_in"] if mark["kind"] in PERSONAL and mark["text"]]


@dataclass(kw_only=True)
class Written:
    """One square of OUT."""

    name: str
    record: dict[str, Any]
    image_SS: NDArray[np.uint8] = field(repr=False)
    marker_SS: NDArray[np.bool_] = field(repr=False)

    @property
    def geometry(self) -> Geometry:
        return Geometry.from_dict(self.record["geometry"])

    def sector(self, margin: float = 0.0) -> NDArray[np.bool_]:
        """The fitted sector on the screen's pixels."""
        shape = self.record["sector"]
        sector = Sector(
            apex=None if shape["apex"] is None else tuple(shape["apex"]), radii=tuple(shape["radii"]),
            angles=tuple(shape["angles"]), box=tuple(shape["box"]),
        )  # fmt: skip
        return sector.mask(self.geometry.source, margin=margin)

    def kept(self) -> NDArray[np.bool_]:
        """What the square shows: the sector drawn in."""
        return self.sector(BLANKED_MARGIN)

    def painted(self) -> NDArray[np.bool_]:
        """Where marks were painted over, on the screen's pixels."""
        geometry = self.geometry
        found = np.zeros(geometry.source, np.bool_)
        x0, y0, x1, y1 = geometry.box
        left, top, right, bottom = geometry.placed
        part = Image.fromarray(self.marker_SS[top:bottom, left:right].astype(np.uint8) * 255)
        found[y0:y1, x0:x1] = np.asarray(part.resize((x1 - x0, y1 - y0), Image.Resampling.NEAREST)) > 0
        return found


def read_truth(raw: Path) -> list[Known]:
    """The screens of a folder that ``livernet phantom --consoles all`` made."""
    truth = json.loads((raw / "truth.json").read_text())
    return [Known(path=raw / picture["file"], document=picture) for picture in truth["pictures"]]


def read_written(out: Path) -> list[Written]:
    """The squares of a cohort."""
    records = json.loads((out / "preprocess.json").read_text())["images"]
    found = []
    for name, record in records.items():
        marker = out / "markers" / Path(name).name
        side = record["geometry"]["size"]
        marker_SS = np.asarray(Image.open(marker)) > 0 if marker.is_file() else np.zeros((side, side), bool)
        image_SS = np.asarray(Image.open(out / name))
        found.append(Written(name=name, record=record, image_SS=image_SS, marker_SS=marker_SS))
    return found


def read_quarantine(map_file: Path) -> dict[str, str]:
    """Reason by file name, from the private map."""
    with map_file.open(encoding="utf-8", newline="") as stream:
        return {row["file"]: row["reason"] for row in csv.DictReader(stream)}


def match(known: list[Known], written: list[Written]) -> dict[str, list[Written]]:
    """The squares of each screen by its file name: told by the pixels, without trusting any name in OUT."""
    matched: dict[str, list[Written]] = {item.document["file"]: [] for item in known}
    for square in written:
        candidates = [item for item in known if item.shape == square.geometry.source]
        scores = [_likeness(item, square) for item in candidates]
        best = int(np.argmax(scores))
        second = max((score for k, score in enumerate(scores) if k != best), default=0.0)
        # a dark panel, or one painted over in part, has little to be known by: then no other may come near
        if scores[best] < 0.8 and scores[best] - second < 0.3:
            raise RuntimeError(f"{square.name} is like none of the screens ({scores[best]:.2f})")
        matched[candidates[best].document["file"]].append(square)
    return matched


def _likeness(item: Known, square: Written) -> float:
    x0, y0, x1, y1 = square.geometry.box
    left, top, right, bottom = square.geometry.placed
    painted_SS = square.marker_SS[top:bottom, left:right]
    source = np.where(square.kept() & ~square.painted(), item.screen, 0)[y0:y1, x0:x1].astype(np.uint8)
    small = [
        np.asarray(Image.fromarray(part).resize((_SMALL, _SMALL), Image.Resampling.BOX), np.float64).ravel()
        for part in (source, square.image_SS[top:bottom, left:right] * ~painted_SS)
    ]
    # the common outline correlates as well: only what differs from neighbours tells the speckle apart
    fine = [part - np.roll(part, 1) for part in small]
    return float(np.corrcoef(*fine)[0, 1])


def ink_in(mark: dict[str, Any], area_HW: NDArray[np.bool_]) -> tuple[int, int]:
    """How much of a mark's ink lies in an area, and how much there is, pixels."""
    x0, y0, x1, y1 = mark["box"]
    ink_hw = ink_of(mark)
    return int((ink_hw & area_HW[y0:y1, x0:x1]).sum()), int(ink_hw.sum())
