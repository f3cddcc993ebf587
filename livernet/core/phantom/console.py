"""The console's screen around a picture: who was scanned, scales, grey bar, calipers, logo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.phantom.fields import Field
from livernet.core.phantom.identity import HOSPITALS, Identity
from livernet.core.phantom.lettering import Mark, Screen
from livernet.core.phantom.scan import Probe, Sector
from livernet.core.phantom.skins import Skin


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What one picture carries besides the fixed parts."""

    hangul: bool
    """The name and the hospital are written in Hangul."""
    calipers: bool
    """A measured distance is drawn into the picture."""
    corner_text: bool
    """Text stands near the corners of the sector."""
    body_mark: bool
    """A small drawing of the body shows where the probe was held."""


def draw_extras(rng: np.random.Generator) -> Extras:
    """What a picture carries; has nothing to do with the stage."""
    return Extras(
        hangul=bool(rng.random() < 0.45),
        calipers=bool(rng.random() < 0.2),
        corner_text=bool(rng.random() < 0.5),
        body_mark=bool(rng.random() < 0.35),
    )


def draw_console(
    rng: np.random.Generator,
    picture: Field,
    *,
    skin: Skin,
    sector: Sector,
    probe: Probe,
    who: Identity,
    extras: Extras,
) -> tuple[NDArray[np.uint8], tuple[Mark, ...]]:
    """The screen (H, W, 3) around a ``picture`` of the viewport's size, and what was burned into it."""
    screen = Screen(image=Image.new("RGB", skin.size, skin.background))
    _panels(screen, skin)
    _paste(screen, picture, sector)
    _header(screen, skin, who, extras)
    _settings(rng, screen, skin, probe)
    _depth_scale(screen, skin, sector)
    _grey_bar(screen, skin)
    if extras.corner_text:
        _corner_text(rng, screen, skin, sector, who)
    if extras.calipers:
        _calipers(rng, screen, skin, sector)
    if extras.body_mark:
        _body_mark(screen, skin, sector)
    return np.asarray(screen.image), tuple(screen.marks)


def _panels(screen: Screen, skin: Skin) -> None:
    x0, y0, x1, y1 = skin.viewport
    width, height = skin.size
    if skin.layout == "left":
        screen.pen.rectangle((x0 - 8, y0 - 8, x1 + 8, y1 + 8), fill=(0, 0, 0))
        screen.pen.line((x0 - 14, 0, x0 - 14, height), fill=(110, 110, 116))
    if skin.layout == "frame":
        screen.pen.rectangle((8, 44, width - 9, height - 9), outline=(60, 80, 130), width=2)
    if skin.layout == "bar":
        screen.pen.rectangle((0, 0, width, 58), fill=(26, 30, 38))
        screen.pen.line((0, 58, width, 58), fill=(90, 90, 90))


def _paste(screen: Screen, picture: Field, sector: Sector) -> None:
    x0, y0, x1, y1 = sector.viewport
    inside = Image.fromarray(sector.inside.astype(np.uint8) * 255)
    grey = Image.fromarray(np.rint(picture).astype(np.uint8)).convert("RGB")
    screen.image.paste(grey, (x0, y0, x1, y1), inside)


def _header(screen: Screen, skin: Skin, who: Identity, extras: Extras) -> None:
    latin, hangul = HOSPITALS[who.site]
    name, hospital = (who.hangul, hangul) if extras.hangul else (who.name, latin)
    width, height = skin.size
    size, line = skin.font, skin.font * 1.35
    places = {
        "bar": ((12, 6, "l"), (12, 30, "l"), (330, 6, "l"), (width - 12, 6, "r"), (width - 12, 30, "r")),
        "left": (
            (8, 70, "l"),
            (8, 70 + line, "l"),
            (8, 70 + 2 * line, "l"),
            (8, 12, "l"),
            (width - 8, 12, "r"),
        ),
        "frame": (
            (16, 12, "l"),
            (250, 12, "l"),
            (400, 12, "l"),
            (width - 16, 12, "r"),
            (width - 20, 50, "r"),
        ),
        "corners": (
            (6, 4, "l"),
            (6, 4 + line, "l"),
            (6, 4 + 2 * line, "l"),
            (width - 6, 4, "r"),
            (width - 6, 4 + line, "r"),
        ),
    }[skin.layout]
    born = f"{who.birth} {who.sex}"
    values = (
        ("name", name),
        ("id", who.number),
        ("birth", born),
        ("hospital", hospital),
        ("date", who.study),
    )
    for (kind, text), (x, y, anchor) in zip(values, places, strict=True):
        screen.write(kind, text, (x, y), size, skin.ink, anchor=anchor)
    screen.write("logo", skin.name, (width - 10, height - line - 2), size, skin.accent, anchor="r")


def _settings(rng: np.random.Generator, screen: Screen, skin: Skin, probe: Probe) -> None:
    size = max(11, skin.font - 3)
    lines = (
        f"D {probe.depth_mm / 10:.1f} cm",
        f"F {probe.frequency_mhz:.1f} MHz",
        f"DR {skin.dynamic_range_db:.0f}",
        f"G {rng.integers(40, 70)}",
        f"MI {rng.uniform(0.7, 1.3):.1f}",
        f"TIs {rng.uniform(0.2, 0.9):.1f}",
        f"FR {rng.integers(18, 38)} Hz",
    )
    left, top = (8, int(skin.size[1] * 0.42)) if skin.layout != "bar" else (12, 90)
    for index, text in enumerate(lines):
        screen.write("setting", text, (left, top + index * size * 1.4), size, skin.ink)


def _depth_scale(screen: Screen, skin: Skin, sector: Sector) -> None:
    """A tick every centimetre, longer every five, numbered every five."""
    face = sector.apex_y + sector.inner_radius
    x = sector.viewport[2] + 6
    last = min(sector.apex_y + sector.outer_radius, sector.viewport[3] - 1)
    count = int((last - face) * sector.mm_per_px / 10)
    for centimetre in range(count + 1):
        y = face + centimetre * 10 / sector.mm_per_px
        length = 9 if centimetre % 5 == 0 else 4
        screen.pen.line((x, y, x + length, y), fill=skin.ink)
        if centimetre % 5 == 0:
            screen.write(
                "scale", str(centimetre), (x + 12, y - skin.font * 0.6), max(11, skin.font - 3), skin.ink
            )
    screen.marks.append(Mark(kind="scale", text="", box=(x, int(face), x + 10, int(last) + 1)))


def _grey_bar(screen: Screen, skin: Skin) -> None:
    width, height = skin.size
    x, top, bottom = (width - 22, int(height * 0.12), int(height * 0.42))
    if skin.layout == "left":
        x = 20
        top, bottom = int(height * 0.72), int(height * 0.95)
    for y in range(top, bottom):
        level = int(255 * (bottom - 1 - y) / (bottom - 1 - top))
        screen.pen.line((x, y, x + 9, y), fill=(level, level, level))
    screen.marks.append(Mark(kind="grey bar", text="", box=(x, top, x + 10, bottom)))


def _corner_text(rng: np.random.Generator, screen: Screen, skin: Skin, sector: Sector, who: Identity) -> None:
    """Text in the black corners of the sector's rectangle, where a rectangular crop would keep it."""
    x0, y0, x1, y1 = sector.viewport
    size = max(11, skin.font - 2)
    text = str(rng.choice(["RT LOBE", "LIVER", who.name, who.number, "SAG"]))
    kind = {who.name: "name", who.number: "id"}.get(text, "label")
    y = y0 + (28 if skin.layout == "corners" else 6)  # clear of the header
    at, anchor = ((x0 + 6, y), "l") if rng.random() < 0.5 else ((x1 - 6, y), "r")
    screen.write(kind, text, at, size, skin.ink, anchor=anchor)
    if rng.random() < 0.5:
        screen.write("label", "P", (x0 + 6, y1 - size * 1.6), size, skin.accent)


def _calipers(rng: np.random.Generator, screen: Screen, skin: Skin, sector: Sector) -> None:
    """Two crosses, a dotted line between them and the distance below the picture."""
    radius = rng.uniform(0.35, 0.8, 2) * (sector.outer_radius - sector.inner_radius) + sector.inner_radius
    angle = rng.uniform(-0.6, 0.6, 2) * sector.half_angle
    ends = [
        (sector.apex_x + r * np.sin(a), sector.apex_y + r * np.cos(a))
        for r, a in zip(radius, angle, strict=True)
    ]
    (ax, ay), (bx, by) = ends
    for x, y in ends:
        screen.pen.line((x - 5, y, x + 5, y), fill=skin.accent)
        screen.pen.line((x, y - 5, x, y + 5), fill=skin.accent)
    length = float(np.hypot(bx - ax, by - ay))
    for t in np.arange(8, length - 4, 7) / max(length, 1):
        screen.pen.point((ax + (bx - ax) * t, ay + (by - ay) * t), fill=skin.accent)
    box = (int(min(ax, bx)) - 5, int(min(ay, by)) - 5, int(max(ax, bx)) + 6, int(max(ay, by)) + 6)
    screen.marks.append(Mark(kind="caliper", text="", box=box))
    distance = f"1 L {length * sector.mm_per_px / 10:.2f} cm"
    screen.write(
        "measure", distance, (sector.viewport[0] + 4, skin.size[1] - skin.font * 1.6), skin.font, skin.accent
    )


def _body_mark(screen: Screen, skin: Skin, sector: Sector) -> None:
    """A torso with a bar on its right side, beside the sector's lower corner."""
    x, y = sector.viewport[2] - 46, sector.viewport[3] - 46
    outline = [(x + 8, y), (x + 4, y + 12), (x + 10, y + 26), (x + 6, y + 42), (x + 34, y + 42)]
    outline += [(x + 30, y + 26), (x + 36, y + 12), (x + 32, y)]
    screen.pen.line(outline, fill=skin.ink)
    screen.pen.line((x + 8, y + 20, x + 18, y + 24), fill=skin.accent, width=3)
    screen.marks.append(Mark(kind="body mark", text="", box=(x, y, x + 40, y + 44)))
