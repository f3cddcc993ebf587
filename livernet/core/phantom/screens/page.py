"""A page of measurements: text and a small graph, and no ultrasound at all."""

import numpy as np

from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.consoles import Console

_ROWS = ("Liver RT lobe", "Spleen length", "Portal vein", "CBD", "Kidney RT", "Kidney LT", "Gallbladder wall")


def draw_page(rng: np.random.Generator, canvas: Canvas, console: Console, who: Identity) -> None:
    """A table of measured lengths under the patient's name, with a growth curve beside it."""
    x0, y0, x1, y1 = console.viewport
    size, step = console.font, console.font * 1.8
    ink = console.ink if console.canvas is None else (220, 220, 220)
    canvas.write("label", "ABDOMEN REPORT", ((x0 + x1) / 2, y0 + 4), size + 2, ink, anchor="m")
    canvas.write("name", who.name, (x0 + 6, y0 + 1.4 * step), size, ink)
    canvas.write("birth", f"{who.birth} {who.sex}", (x1 - 6, y0 + 1.4 * step), size, ink, anchor="r")
    canvas.write("hospital", HOSPITALS[who.site][1], (x0 + 6, y0 + 2.4 * step), size, ink)
    for row, text in enumerate(_ROWS):
        y = y0 + (3.8 + row) * step
        if y > y1 - step:
            break
        canvas.write("label", text, (x0 + 12, y), size, ink)
        values = "  ".join(f"{rng.uniform(0.3, 15):.2f}" for _ in range(3))
        canvas.write("measure", f"{values} cm", ((x0 + x1) / 2, y), size, ink)
    box = ((x0 + x1) // 2 + (x1 - x0) // 4, y1 - (y1 - y0) // 4, x1 - 8, y1 - 8)
    with canvas.drawing("graph", box) as pen:
        pen.rectangle(box, outline=ink)
        xs = np.linspace(box[0] + 4, box[2] - 4, 20)
        ys = box[3] - 4 - (box[3] - box[1] - 8) * np.linspace(0, 1, 20) ** 0.6
        pen.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=console.accent)
