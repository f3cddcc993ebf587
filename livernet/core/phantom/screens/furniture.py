"""The fixed parts of a console around a picture: bars, rulers, buttons, thumbnails, logo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from livernet.core.phantom.lettering import Colour
from livernet.core.phantom.screens.canvas import Box, Canvas
from livernet.core.phantom.screens.consoles import Console


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the furniture needs to know of the pictures on the screen."""

    reach: Box
    """Bounding box of all pictures, exclusive."""
    mm_per_px: float
    """Of the last picture."""
    thumbnail: Image.Image
    """The picture, small."""


Part = Callable[[np.random.Generator, Canvas, Console, Seen], None]


def draw_furniture(rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    """Everything that the console always draws."""
    for name in console.parts:
        PARTS[name](rng, canvas, console, seen)


def _bar(canvas: Canvas, x: int, console: Console, *, colour: bool = False) -> None:
    height = canvas.size[1]
    wide = max(7, console.small)
    start = 0.62 if colour or (console.layout == "left" and x < console.viewport[0]) else 0.16
    top, bottom = int(height * start), int(height * (start + 0.26))
    if not canvas.is_free((x, top, x + wide, bottom)):
        return
    with canvas.drawing("colour bar" if colour else "grey bar", (x, top, x + wide, bottom)) as pen:
        for y in range(top, bottom):
            part = (bottom - 1 - y) / (bottom - 1 - top)
            level = int(255 * part)
            fill: Colour = (level, level, level)
            if colour:
                hot = abs(2 * part - 1)
                fill = (
                    (int(255 * hot), int(120 * hot**3), 0)
                    if part > 0.5
                    else (0, int(120 * hot**3), int(255 * hot))
                )
            pen.line((x, y, x + wide, y), fill=fill)


def _grey_left(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    _bar(canvas, max(3, min(console.viewport[0] - console.small - 8, canvas.size[0] // 14)), console)


def _grey_right(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    _bar(canvas, canvas.size[0] - max(7, console.small) - 5, console)


def _colour_bar(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    _bar(canvas, canvas.size[0] - max(7, console.small) - 5, console, colour=True)


def _ruler_right(_rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    x = min(max(seen.reach[2] + 8, console.viewport[2] + 3), canvas.size[0] - 4 * console.small)
    _ruler(canvas, console, seen, x)


def _ruler_touching(_rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    """The ticks begin where the picture ends."""
    _ruler(canvas, console, seen, min(seen.reach[2], canvas.size[0] - 4 * console.small))


def _ruler(canvas: Canvas, console: Console, seen: Seen, x: int) -> None:
    """A tick every centimetre, longer every five and numbered."""
    step, top, bottom = 10 / seen.mm_per_px, seen.reach[1], seen.reach[3]
    long = max(6, console.small // 2 + 3)
    with canvas.drawing("ruler", (x, top, x + long, bottom)) as pen:
        for centimetre in range(int((bottom - top) / step) + 1):
            y = min(top + centimetre * step, canvas.size[1] - 1)
            pen.line((x, y, x + (long if centimetre % 5 == 0 else long // 2), y), fill=console.ink)
    for centimetre in range(5, int((bottom - top) / step) + 1, 5):
        at = (x + long + 3, top + centimetre * step - console.small * 0.6)
        canvas.write("scale", str(centimetre), at, console.small, console.ink)


def _focus(rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    """A small arrow head beside the ruler."""
    x = min(seen.reach[2] + 2, canvas.size[0] - 10)
    y = seen.reach[1] + (seen.reach[3] - seen.reach[1]) * float(rng.uniform(0.3, 0.7))
    with canvas.drawing("focus", (x, y - 5, x + 8, y + 5)) as pen:
        pen.polygon([(x, y), (x + 7, y - 5), (x + 7, y + 5)], fill=console.accent)


def _tgc(rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    """The gain curve: a thin line that wanders beside the picture."""
    x = max(4, seen.reach[0] - 34)
    ys = np.linspace(seen.reach[1] + 4, seen.reach[3] - 4, 24)
    xs = np.clip(x + 10 + np.cumsum(rng.normal(0, 2.2, 24)), x, x + 26)
    if not canvas.is_free((x, int(ys[0]), x + 27, int(ys[-1]))):
        return
    with canvas.drawing("tgc", (x, ys[0], x + 27, ys[-1])) as pen:
        pen.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=console.ink)


def _buttons(rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    """A column of buttons in the right-hand margin, where it is wide enough, else in the left."""
    width, height = canvas.size
    right = width - console.viewport[2]
    side = max(console.small * 5, 44)
    x = width - right + (right - side) // 2 if right > side + 20 else (console.viewport[0] - side) // 2
    for k, label in enumerate(("Freeze", "Store", "Print", "Annot", "Meas")):
        y = int(height * 0.56 + k * console.small * 2.3)
        _button(canvas, console, (x, y, x + side, y + int(console.small * 1.9)), label)
    del rng


def _keys(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    """A row of soft keys along the lower border."""
    width, height = canvas.size
    tall = int(console.small * 1.8)
    wide = width // 8
    for k, label in enumerate(("Gain", "Depth", "Freq", "Focus", "THI", "Map", "DR")):
        x = 6 + k * (wide + 2)
        _button(canvas, console, (x, height - tall - 2, x + wide - 4, height - 3), label)


def _button(canvas: Canvas, console: Console, box: Box, label: str) -> None:
    if canvas.inside_HW[box[1] : box[3], box[0] : box[2]].any() or not canvas.is_free(box):
        return
    with canvas.drawing("button", box) as pen:
        pen.rectangle(box, fill=(72, 76, 84), outline=(140, 144, 150))
    middle = ((box[0] + box[2]) / 2, box[1] + console.small * 0.2)
    canvas.write("button", label, middle, console.small, (236, 236, 236), anchor="m")


def _thumbs(rng: np.random.Generator, canvas: Canvas, console: Console, seen: Seen) -> None:
    """A strip of earlier pictures; they are ultrasound too, and small."""
    width, height = canvas.size
    wide, tall = width // 13, height // 12
    below = height - console.viewport[3] > tall + 6
    for k in range(int(rng.integers(2, 5))):
        x = console.viewport[0] + k * (wide + 8) if below else width - wide - 6
        y = (
            height - tall - 4 - (2 * console.small if "keys" in console.parts else 0)
            if below
            else int(height * 0.5) + k * (tall + 8)
        )
        box = (x, y, x + wide, y + tall)
        if y + tall > height or canvas.inside_HW[y : y + tall, x : x + wide].any() or not canvas.is_free(box):
            return
        with canvas.drawing("thumbnail", box) as pen:
            small = seen.thumbnail.resize((wide, tall))
            canvas.image.paste(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if k % 2 else small, (x, y))
            pen.rectangle(box, outline=console.accent if k == 0 else (120, 120, 120))


def _logo(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    width, height = canvas.size
    y = height - console.font * 1.5 - (console.small * 2.2 if "keys" in console.parts else 0)
    canvas.write("logo", console.name, (width - 6, y), console.font, console.accent, anchor="r")


def _frame(_rng: np.random.Generator, canvas: Canvas, console: Console, _seen: Seen) -> None:
    x0, y0, x1, y1 = console.viewport
    box = (x0 - 4, y0 - 4, x1 + 4, y1 + 4)
    with canvas.drawing("frame", box) as pen:
        pen.rectangle(box, outline=(70, 92, 150), width=2)


PARTS: dict[str, Part] = {
    "grey left": _grey_left, "grey right": _grey_right, "colour bar": _colour_bar,
    "ruler right": _ruler_right, "ruler touching": _ruler_touching, "focus": _focus,
    "tgc": _tgc, "buttons": _buttons, "keys": _keys,
    "thumbs": _thumbs, "logo": _logo, "frame": _frame,
}  # fmt: skip
"""Every part a console may name."""
