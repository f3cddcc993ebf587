"""A screen that remembers, pixel by pixel, what was burned into it and whether that lies in a picture.

Shape suffixes: H, W the screen; h, w the box of one mark.
"""

import base64
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from livernet.core.phantom.lettering import Colour, Screen, text_width

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Burnt:
    """One text or drawing on the screen."""

    kind: str
    """``name``, ``id``, ``birth``, ``hospital``, ``caliper``, ``ruler`` and so on."""
    text: str
    """As written; empty for a drawing."""
    box: Box
    """x0, y0, x1, y1 in pixels, exclusive."""
    ink_hw: NDArray[np.bool_]
    """Its pixels within the box."""
    inside: int
    """How many of them lie in a picture."""

    def document(self) -> dict[str, Any]:
        """JSON values; the ink of a text goes along, packed (see :func:`ink_of`)."""
        packed = base64.b64encode(zlib.compress(np.packbits(self.ink_hw).tobytes(), 9)).decode()
        head = {"kind": self.kind, "text": self.text, "box": list(self.box), "inside_px": self.inside}
        return {**head, "inside": self.inside > 0, "ink": packed}


def ink_of(mark: dict[str, Any]) -> NDArray[np.bool_]:
    """The ink of a mark of truth.json, bool (h, w) of its box."""
    x0, y0, x1, y1 = mark["box"]
    bits = np.frombuffer(zlib.decompress(base64.b64decode(mark["ink"])), np.uint8)
    size = (y1 - y0) * (x1 - x0)
    return np.unpackbits(bits, count=size).astype(np.bool_).reshape(y1 - y0, x1 - x0)


@dataclass(kw_only=True)
class Canvas:
    """The screen while it is drawn."""

    image: Image.Image
    """RGB."""
    inside_HW: NDArray[np.bool_]
    """Where pictures lie; nothing that is meant to stay outside is written there."""
    marks: list[Burnt] = field(default_factory=list)
    """What was drawn so far."""

    def is_free(self, box: Box) -> bool:
        """Whether nothing but panels was drawn into a box yet."""
        others = (mark.box for mark in self.marks if mark.kind not in {"panel", "frame"})
        return not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in others)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.image.size

    def write(
        self,
        kind: str,
        text: str,
        at: tuple[float, float],
        size: int,
        colour: Colour,
        *,
        anchor: str = "l",
        where: str = "outside",
    ) -> bool:
        """Write a line, its top left (``l``), middle (``m``) or top right (``r``) at ``at``.

        Text that would touch a picture is left out, unless ``where`` is ``inside``; with ``free`` it is left
        out as well where something is drawn already.

        Returns:
            Whether it was written.
        """
        shape = letters(text, size)
        width, height = shape.size
        x = int(at[0] - {"l": 0, "m": width / 2, "r": width}[anchor])
        x = min(max(x, 0), max(0, self.image.width - width))
        y = min(max(int(at[1]), 0), max(0, self.image.height - height))
        shape = shape.crop((0, 0, min(width, self.image.width), height))
        ink_hw = np.asarray(shape) > 60
        box = (x, y, x + shape.width, y + height)
        inside = int((ink_hw & self.inside_HW[y : box[3], x : box[2]]).sum())
        if (inside and where != "inside") or (where == "free" and not self.is_free(box)):
            return False
        self.image.paste(Image.new("RGB", shape.size, colour), box, shape)
        self.marks.append(Burnt(kind=kind, text=text, box=box, ink_hw=ink_hw, inside=inside))
        return True

    @contextmanager
    def drawing(self, kind: str, box: tuple[float, float, float, float]) -> Iterator[ImageDraw.ImageDraw]:
        """A pen for one drawing; what it changes within ``box`` is recorded as a mark."""
        x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
        x1 = min(self.image.width, int(np.ceil(box[2])) + 1)
        y1 = min(self.image.height, int(np.ceil(box[3])) + 1)
        empty = x1 <= x0 or y1 <= y0
        before = None if empty else np.asarray(self.image.crop((x0, y0, x1, y1)))
        yield ImageDraw.Draw(self.image)
        if before is not None:
            ink_hw = (np.asarray(self.image.crop((x0, y0, x1, y1))) != before).any(axis=2)
            inside = int((ink_hw & self.inside_HW[y0:y1, x0:x1]).sum())
            self.marks.append(Burnt(kind=kind, text="", box=(x0, y0, x1, y1), ink_hw=ink_hw, inside=inside))


def letters(text: str, size: int) -> Image.Image:
    """The coverage 0..255 of a line of text, Hangul included."""
    scratch = Screen(image=Image.new("RGB", (int(text_width(text, size)) + 6, int(size * 1.3) + 2)))
    scratch.write("", text, (2, 0), size, (255, 255, 255))
    return scratch.image.convert("L")
