"""What a console writes about the patient and the examination, around the picture."""

from dataclasses import dataclass

import numpy as np

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.consoles import Console


@dataclass(frozen=True, kw_only=True)
class Line:
    """One text of the header."""

    kind: str
    """``name``, ``id``, ``birth``, ``hospital``, ``date`` or ``operator``."""
    text: str
    """As written."""


def header_lines(rng: np.random.Generator, who: Identity, *, hangul: bool) -> tuple[Line, ...]:
    """The texts of one picture's header; consoles write the same thing in several ways."""
    latin, korean = HOSPITALS[who.site]
    name = (
        who.hangul if hangul else str(rng.choice((who.name, who.name.replace(" ", ", "), who.name.title())))
    )
    date = who.study if rng.random() < 0.6 else who.study.replace("-", ".")
    clock = f"{rng.integers(8, 18):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}"
    return (
        Line(kind="name", text=name),
        Line(kind="id", text=str(rng.choice((who.number, f"ID: {who.number}")))),
        Line(kind="birth", text=f"{who.birth} {who.sex}"),
        Line(kind="hospital", text=korean if hangul else latin),
        Line(kind="date", text=f"{date} {clock}"),
        Line(kind="operator", text=f"MI {rng.uniform(0.6, 1.3):.1f}  TIS {rng.uniform(0.1, 0.9):.1f}"),
    )


def write_header(canvas: Canvas, console: Console, lines: tuple[Line, ...]) -> None:
    """The header where the console's layout has it."""
    _background(canvas, console)
    for line, (x, y, anchor) in zip(lines, _places(canvas, console), strict=True):
        canvas.write(line.kind, line.text, (x, y), console.font, console.panel_ink, anchor=anchor)


def write_settings(
    rng: np.random.Generator, canvas: Canvas, console: Console, depth_mm: float, mhz: float
) -> None:
    """Depth, frequency, gain and the like, in a column of small text."""
    lines = (
        f"D {depth_mm / 10:.1f} cm", f"F {mhz:.1f} MHz", f"DR {console.dynamic_range_db:.0f}",
        f"G {rng.integers(40, 70)}", f"FR {rng.integers(18, 38)} Hz", "THI", f"P {rng.integers(80, 100)} %",
    )  # fmt: skip
    step = console.small * 1.4 + 3
    right = console.layout == "right"
    x = console.viewport[2] + 10 if right else 6
    top = canvas.size[1] * (0.36 if right else 0.40)
    aside = console.panel is not None and console.layout in {"left", "right"}
    ink = console.panel_ink if aside else console.ink
    for index, text in enumerate(lines):
        canvas.write("setting", text, (x, top + index * step), console.small, ink, where="free")


def _background(canvas: Canvas, console: Console) -> None:
    if console.panel is None:
        return
    width, height = canvas.size
    x0, y0, x1, y1 = console.viewport
    box = {
        "top": (0, 0, width, y0 - 6), "bottom": (0, y1 + 6, width, height),
        "left": (0, 0, x0 - 8, height), "right": (x1 + 8, 0, width, height),
    }[console.layout]  # fmt: skip
    with canvas.drawing("panel", box) as pen:
        pen.rectangle(box, fill=console.panel)


def _places(canvas: Canvas, console: Console) -> tuple[tuple[float, float, str], ...]:
    """Where name, id, birth, hospital, date and operator go."""
    width, _ = canvas.size
    line, x1 = console.font * 1.35, console.viewport[2]
    if console.layout in {"left", "right"}:
        x = 6.0 if console.layout == "left" else x1 + 12.0
        column = tuple((x, 10 + k * line, "l") for k in range(3))
        return (*column, (x, 10 + 4 * line, "l"), (x, 10 + 5 * line, "l"), (x, 10 + 7 * line, "l"))
    top = 3.0 if console.layout in {"top", "over"} else console.viewport[3] + 8.0
    if console.layout == "over":
        three = tuple((4.0, top + k * line, "l") for k in range(3))
        return (*three, *((width - 4.0, top + k * line, "r") for k in range(3)))
    middle = width * 0.44
    return (
        (6, top, "l"), (6, top + line, "l"), (middle, top, "m"), (width - 6, top, "r"),
        (width - 6, top + line, "r"), (middle, top + line, "m"),
    )  # fmt: skip
