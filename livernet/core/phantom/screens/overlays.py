"""What is drawn into or onto the edge of a picture: calipers, guides, pointer, trace, body mark, text."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.lettering import Colour
from livernet.core.phantom.screens.canvas import Box, Canvas, letters
from livernet.core.phantom.screens.consoles import Console

INKS: tuple[Colour, ...] = (
    (255, 255, 255), (240, 220, 80), (120, 230, 120), (255, 150, 60), (90, 220, 255), (220, 220, 220),
)  # fmt: skip


def draw_overlays(
    rng: np.random.Generator,
    canvas: Canvas,
    console: Console,
    who: Identity,
    marks: frozenset[str],
    reach: Box,
) -> None:
    """Everything that ``marks`` names, inside and around the picture that spans ``reach``."""
    inner = _deep_inside(canvas.inside_HW, reach)
    for name, draw in _IN_PICTURE.items():
        if name in marks:
            draw(rng, canvas, console, inner, reach)
    if "text inside" in marks:
        _text_inside(rng, canvas, console, who, inner)
    hangul = "hangul" in marks
    if "corner name" in marks:
        _corner_name(rng, canvas, console, who, reach, hangul=hangul)
    if "touching text" in marks:
        _touching(rng, canvas, console, who, reach, hangul=hangul)
    if "label" in marks:
        _label(rng, canvas, console, reach)


def _deep_inside(inside_HW: NDArray[np.bool_], reach: Box) -> NDArray[np.int64]:
    """Pixels (N, 2) as x, y well inside: those a twelfth of the picture away are inside as well."""
    away = max(6, (reach[3] - reach[1]) // 12)
    deep = inside_HW.copy()
    for axis in (0, 1):
        for shift in (-away, away):
            deep &= np.roll(inside_HW, shift, axis)
    rows, columns = np.nonzero(deep if deep.any() else inside_HW)
    return np.stack([columns, rows], axis=1)


def _pair(rng: np.random.Generator, inner: NDArray[np.int64]) -> tuple[float, float, float, float]:
    a, b = inner[rng.integers(len(inner))], inner[rng.integers(len(inner))]
    return float(a[0]), float(a[1]), float(b[0]), float(b[1])


def _calipers(
    rng: np.random.Generator, canvas: Canvas, console: Console, inner: NDArray[np.int64], reach: Box
) -> None:
    """One or two measured distances: an end mark of one of four shapes at each end, dots between."""
    for number in range(int(rng.integers(1, 3))):
        ink = INKS[rng.integers(len(INKS))]
        shape, size = int(rng.integers(4)), max(3, round((reach[3] - reach[1]) / 90))
        ax, ay, bx, by = _pair(rng, inner)
        length = float(np.hypot(bx - ax, by - ay))
        pad = size + 1
        box = (min(ax, bx) - pad, min(ay, by) - pad, max(ax, bx) + pad, max(ay, by) + pad)
        with canvas.drawing("caliper", box) as pen:
            for x, y in ((ax, ay), (bx, by)):
                if shape in {0, 3}:
                    pen.line((x - size, y, x + size, y), fill=ink)
                    pen.line((x, y - size, x, y + size), fill=ink)
                if shape in {1, 3}:
                    pen.line((x - size, y - size, x + size, y + size), fill=ink)
                    pen.line((x - size, y + size, x + size, y - size), fill=ink)
                if shape == 2:
                    pen.line((x - size, y + size, x, y - size), fill=ink)
                    pen.line((x, y - size, x + size, y + size), fill=ink)
            if rng.random() < 0.7:
                for t in np.arange(2 * size, length - size, max(4, 2 * size)) / max(length, 1):
                    pen.point((ax + (bx - ax) * t, ay + (by - ay) * t), fill=ink)
        text = f"{number + 1} L {length * 0.03:.2f} cm"
        line = console.small * 1.4
        lowest = next((k for k in range(1, 9) if canvas.is_free(_strip(canvas, reach, line, k))), 1)
        canvas.write("measure", text, (reach[0], canvas.size[1] - line * lowest), console.small, ink)


def _strip(canvas: Canvas, reach: Box, line: float, number: int) -> Box:
    """A line of small text at the lower border, the ``number``-th from below."""
    y = int(canvas.size[1] - line * number)
    return reach[0], y, reach[0] + int(line * 7), y + int(line)


def _ellipse(
    rng: np.random.Generator, canvas: Canvas, _console: Console, inner: NDArray[np.int64], reach: Box
) -> None:
    """A dotted outline of a lesion."""
    ink = INKS[rng.integers(len(INKS))]
    x, y = (float(v) for v in inner[rng.integers(len(inner))])
    across, down = (float(v) for v in rng.uniform(0.04, 0.1, 2) * (reach[3] - reach[1]))
    with canvas.drawing("ellipse", (x - across - 1, y - down - 1, x + across + 1, y + down + 1)) as pen:
        for turn in np.linspace(0, 2 * np.pi, max(16, int(across + down) // 2), endpoint=False):
            px, py = x + across * np.cos(turn), y + down * np.sin(turn)
            pen.rectangle((px, py, px + (reach[3] - reach[1] > 600), py), fill=ink)


def _guide(
    rng: np.random.Generator, canvas: Canvas, _console: Console, _inner: NDArray[np.int64], reach: Box
) -> None:
    """The path of a biopsy needle: two dotted lines from the upper left down into the picture."""
    ink = INKS[rng.integers(len(INKS))]
    tall = reach[3] - reach[1]
    x, y = reach[0] + (reach[2] - reach[0]) * float(rng.uniform(0.28, 0.4)), reach[1] + tall * 0.12
    slope, gap = float(rng.uniform(0.3, 0.6)), tall * 0.03
    with canvas.drawing("guide", (x, y, x + tall * 0.7 * slope + gap + 2, y + tall * 0.72)) as pen:
        for t in np.arange(0, tall * 0.7, max(5, tall / 60)):
            pen.point((x + t * slope, y + t), fill=ink)
            pen.point((x + t * slope + gap, y + t), fill=ink)


def _pointer(
    rng: np.random.Generator, canvas: Canvas, _console: Console, inner: NDArray[np.int64], reach: Box
) -> None:
    """An arrow pointer, over the picture half of the time."""
    x, y = (float(v) for v in inner[rng.integers(len(inner))])
    if rng.random() < 0.5:
        x, y = canvas.size[0] * float(rng.uniform(0.05, 0.95)), canvas.size[1] * float(rng.uniform(0.9, 0.96))
    s = max(7, (reach[3] - reach[1]) // 45)
    shape = [(0.0, 0.0), (0.0, 1.5), (0.35, 1.2), (0.6, 1.75), (0.8, 1.65), (0.55, 1.1), (1.0, 1.05)]
    with canvas.drawing("pointer", (x, y, x + s, y + 1.8 * s)) as pen:
        pen.polygon([(x + a * s, y + b * s) for a, b in shape], fill=(255, 255, 255), outline=(0, 0, 0))


def _ecg(
    rng: np.random.Generator, canvas: Canvas, _console: Console, _inner: NDArray[np.int64], reach: Box
) -> None:
    """A heart trace along the lower border, under the picture or across it."""
    x = np.arange(reach[0], reach[2])
    beat = (x - reach[0]) / (reach[2] - reach[0]) * float(rng.uniform(3, 6)) % 1
    wave = 0.12 * np.exp(-(((beat - 0.2) / 0.04) ** 2)) + np.exp(-(((beat - 0.35) / 0.012) ** 2))
    wave += 0.25 * np.exp(-(((beat - 0.6) / 0.06) ** 2)) - 0.2 * np.exp(-(((beat - 0.385) / 0.012) ** 2))
    tall = (reach[3] - reach[1]) * 0.07
    across = rng.random() < 0.5
    base = min(reach[3] + (-0.03 if across else 1.25) * tall, canvas.size[1] - 3)
    y = base - wave * tall
    ink = ((90, 255, 90), (255, 230, 60))[rng.integers(2)]
    with canvas.drawing("ecg", (x[0], y.min() - 1, x[-1] + 1, base + tall * 0.3)) as pen:
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=ink)


def _body_mark(
    rng: np.random.Generator, canvas: Canvas, console: Console, _inner: NDArray[np.int64], reach: Box
) -> None:
    """A torso with a bar for the probe, at the picture's lower right corner; now and then over it."""
    unit = max(0.7, (reach[3] - reach[1]) / 560)
    over = rng.random() < 0.4
    x = reach[2] - 44 * unit if over else min(reach[2] + 26 * unit, canvas.size[0] - 46 * unit)
    y = reach[3] - 46 * unit
    shape = ((8, 0), (4, 12), (10, 26), (6, 42), (34, 42), (30, 26), (36, 12), (32, 0))
    with canvas.drawing("body mark", (x, y, x + 40 * unit, y + 44 * unit)) as pen:
        pen.line(
            [(x + a * unit, y + b * unit) for a, b in shape], fill=console.ink, width=max(1, round(unit))
        )
        pen.line((x + 8 * unit, y + 20 * unit, x + 18 * unit, y + 24 * unit), fill=console.accent, width=3)


Draw = Callable[[np.random.Generator, Canvas, Console, NDArray[np.int64], Box], None]
_IN_PICTURE: dict[str, Draw] = {
    "calipers": _calipers, "ellipse": _ellipse, "guide": _guide, "ecg": _ecg, "body mark": _body_mark,
    "pointer": _pointer,
}  # fmt: skip


def _text_inside(
    rng: np.random.Generator, canvas: Canvas, console: Console, who: Identity, inner: NDArray[np.int64]
) -> None:
    """A label or a name typed into the picture itself."""
    choices = (
        ("label", "LIVER"), ("label", "GB"), ("label", "RT LOBE"), ("name", who.name), ("name", who.hangul),
        ("id", who.number), ("hospital", HOSPITALS[who.site][1]),
    )  # fmt: skip
    kind, text = choices[rng.integers(len(choices))]
    size = max(9, console.font - int(rng.integers(0, 4)))
    ink = INKS[rng.integers(len(INKS))]
    x, y = (float(v) for v in inner[rng.integers(len(inner))])
    canvas.write(kind, text, (x, y - size * 0.6), size, ink, anchor="m", where="inside")


def _who_text(rng: np.random.Generator, who: Identity, *, hangul: bool) -> tuple[str, str]:
    choices = (("name", who.hangul if hangul else who.name), ("id", who.number), ("birth", who.birth))
    return choices[rng.choice(3, p=(0.6, 0.25, 0.15))]


def _corner_name(
    rng: np.random.Generator, canvas: Canvas, console: Console, who: Identity, reach: Box, *, hangul: bool
) -> None:
    """Patient data in a corner of the picture's rectangle, where a rectangular crop keeps it."""
    kind, text = _who_text(rng, who, hangul=hangul)
    size = max(9, console.font - 2)
    for corner in rng.permutation(4):
        x, anchor = (reach[0] + 3, "l") if corner % 2 == 0 else (reach[2] - 3, "r")
        y = reach[1] + 3 if corner < 2 else reach[3] - size * 1.4
        if canvas.write(kind, text, (x, y), size, console.ink, anchor=anchor, where="free"):
            return


def _touching(
    rng: np.random.Generator, canvas: Canvas, console: Console, who: Identity, reach: Box, *, hangul: bool
) -> None:
    """Text whose last letter ends where the picture begins, no more than two pixels away."""
    kind, text = _who_text(rng, who, hangul=hangul) if rng.random() < 0.7 else ("label", "Rt. lobe")
    size = max(9, console.font - 2)
    ink_hw = np.asarray(letters(text, size)) > 60
    height, width = ink_hw.shape
    gap = int(rng.integers(0, 3))
    for part in rng.permutation(np.linspace(0.15, 0.85, 8)):
        y = int(reach[1] + part * (reach[3] - reach[1] - height))
        across = np.nonzero(canvas.inside_HW[y : y + height, : canvas.size[0]].any(axis=0))[0]
        if not len(across) or across[0] < width:
            continue
        x = _closest(canvas, ink_hw, across[0] - width, y)
        if canvas.write(kind, text, (x - gap, y), size, console.ink, where="free"):
            return


def _closest(canvas: Canvas, ink_hw: NDArray[np.bool_], x: int, y: int) -> int:
    """The furthest right that the ink can be moved without touching the picture."""
    height, width = ink_hw.shape
    while x + 1 + width < canvas.size[0]:
        if (ink_hw & canvas.inside_HW[y : y + height, x + 1 : x + 1 + width]).any():
            break
        x += 1
    return x


def _label(rng: np.random.Generator, canvas: Canvas, console: Console, reach: Box) -> None:
    """A harmless label beside the picture."""
    text = str(rng.choice(["RT LOBE", "LIVER", "SAG", "TRANS", "P", "Intercostal"]))
    x, anchor = (reach[0] + 4, "l") if rng.random() < 0.5 else (reach[2] - 4, "r")
    at = (x, reach[3] - console.small * 1.6)
    canvas.write("label", text, at, console.small, console.accent, anchor=anchor, where="free")
