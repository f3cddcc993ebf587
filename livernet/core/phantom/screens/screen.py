"""One screen from start to end: pictures, modes, furniture, header and marks put together.

Shape suffixes: T frames; H, W the screen; h, w a picture's box; 3 colours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.phantom.fields import Field
from livernet.core.phantom.screens.canvas import Box, Burnt, Canvas
from livernet.core.phantom.screens.cases import Case
from livernet.core.phantom.screens.consoles import Console
from livernet.core.phantom.screens.exposure import Exposure, Guest, expose
from livernet.core.phantom.screens.flow import add_flow
from livernet.core.phantom.screens.furniture import Seen, draw_furniture
from livernet.core.phantom.screens.header import header_lines, write_header, write_settings
from livernet.core.phantom.screens.overlays import draw_overlays
from livernet.core.phantom.screens.page import draw_page
from livernet.core.phantom.screens.strips import m_mode, spectrum

CINE_FRAMES = (3, 6)


@dataclass(frozen=True, kw_only=True)
class Region:
    """What a truthful DICOM writer would say of one part of the screen (PS3.3 C.8.5.5)."""

    spatial_format: int
    """1 two-dimensional, 2 M-mode, 3 spectral."""
    data_type: int
    """1 tissue, 2 colour flow, 3 PW spectral Doppler."""
    box: Box
    """x0, y0, x1, y1, exclusive."""
    mm_per_px: float
    """Of two-dimensional regions."""


@dataclass(frozen=True, kw_only=True)
class Screenshot:
    """One screen and all that is known about it."""

    frames_THW3: tuple[NDArray[np.uint8], ...]
    """The screen of each frame; one but for cine."""
    exposures: tuple[Exposure, ...]
    """Its pictures, left to right; none on a report page."""
    marks: tuple[Burnt, ...]
    """What was burned in."""
    regions: tuple[Region, ...]
    """What region tags would be right."""

    def liver_masks(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """The liver as both annotators draw it, on the screen's pixels."""
        drawn = []
        for annotator in (0, 1):
            mask_HW = np.zeros(self.frames_THW3[0].shape[:2], np.bool_)
            for exposure in self.exposures:
                x0, y0, x1, y1 = exposure.outline.box
                mask_HW[y0:y1, x0:x1] |= exposure.masks_hw[annotator]
            drawn.append(mask_HW)
        return drawn[0], drawn[1]


def compose(rng: np.random.Generator, guest: Guest, case: Case) -> Screenshot:
    """The screen of one case; the same generator state gives the same pixels."""
    console = guest.console
    windows, strip_box = _windows(console, case.mode)
    frames = int(rng.integers(*CINE_FRAMES)) if case.file == "cine" else 1
    exposures = tuple(
        expose(rng, guest, case.probe, case.condition, window=window, frames=frames) for window in windows
    )
    canvas = Canvas(image=backdrop(console), inside_HW=_inside(console, exposures))
    regions = [_region(exposure) for exposure in exposures]
    for exposure in exposures:
        regions += _paste(rng, canvas, console, exposure, case.mode)
    if strip_box is not None:
        regions.append(_strip(rng, canvas, exposures[0], strip_box, case.mode))
    dress(rng, canvas, guest, case, exposures)
    return Screenshot(
        frames_THW3=_frames(canvas, console, exposures), exposures=exposures, marks=tuple(canvas.marks),
        regions=tuple(regions),
    )  # fmt: skip


def dress(
    rng: np.random.Generator, canvas: Canvas, guest: Guest, case: Case, exposures: tuple[Exposure, ...]
) -> None:
    """Put the console around what the canvas shows; without ``exposures`` a page of measurements."""
    console, who = guest.console, guest.who
    write_header(canvas, console, header_lines(rng, who, hangul="hangul" in case.marks))
    if case.mode == "page":
        draw_page(rng, canvas, console, who)
        return
    rows, columns = np.nonzero(canvas.inside_HW)
    reach = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    scale = exposures[-1].outline.mm_per_px if exposures else 0.3
    small = canvas.image.crop(reach).resize((160, 120))
    draw_furniture(rng, canvas, console, Seen(reach=reach, mm_per_px=scale, thumbnail=small))
    depth, mhz = (exposures[0].depth_mm, exposures[0].frequency_mhz) if exposures else (150.0, 3.5)
    write_settings(rng, canvas, console, depth, mhz)
    draw_overlays(rng, canvas, console, who, case.marks, reach)


def _windows(console: Console, mode: str) -> tuple[tuple[Box, ...], Box | None]:
    """Where the pictures go, and where a strip."""
    x0, y0, x1, y1 = console.viewport
    if mode == "page":
        return (), None
    if mode == "dual":
        middle = (x0 + x1) // 2
        return ((x0, y0, middle - 3, y1), (middle + 3, y0, x1, y1)), None
    if mode in {"spectral", "mmode"}:
        cut = y0 + int((y1 - y0) * 0.58)
        return ((x0, y0, x1, cut),), (x0, cut + 10, x1, y1)
    return (console.viewport,), None


def backdrop(console: Console) -> Image.Image:
    """The empty screen, with its gradient and the viewport's own colour."""
    width, height = console.size
    top, bottom = (np.array(colour, np.float64) for colour in console.background)
    down = np.linspace(0, 1, height)[:, None]
    rows = np.rint(top * (1 - down) + bottom * down).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(np.broadcast_to(rows[:, None, :], (height, width, 3))))
    if console.canvas is not None:
        image.paste(console.canvas, console.viewport)
    return image


def _inside(console: Console, exposures: tuple[Exposure, ...]) -> NDArray[np.bool_]:
    inside_HW = np.zeros((console.size[1], console.size[0]), np.bool_)
    for exposure in exposures:
        x0, y0, x1, y1 = exposure.outline.box
        inside_HW[y0:y1, x0:x1] |= exposure.outline.inside_hw
    return inside_HW


def _tinted(grey_hw: Field, console: Console) -> NDArray[np.uint8]:
    return np.rint(np.clip(grey_hw[..., None] * np.array(console.tint, np.float32), 0, 255)).astype(np.uint8)


def _paste(
    rng: np.random.Generator, canvas: Canvas, console: Console, exposure: Exposure, mode: str
) -> list[Region]:
    """Put a picture on the screen; for Doppler, with its flow, whose region comes back."""
    outline, grey_hw = exposure.outline, exposure.frames_Thw[0]
    picture, found = _tinted(grey_hw, console), []
    if mode in {"colour", "power"} or (mode == "spectral" and rng.random() < 0.5):
        picture, box = add_flow(rng, picture, grey_hw, outline, power=mode == "power")
        found.append(Region(spatial_format=1, data_type=2, box=box, mm_per_px=outline.mm_per_px))
    inside = Image.fromarray(outline.inside_hw.astype(np.uint8) * 255)
    canvas.image.paste(Image.fromarray(picture), outline.box, inside)
    return found


def _region(exposure: Exposure) -> Region:
    """The bounding box of what is seen."""
    outline = exposure.outline
    rows, columns = np.nonzero(outline.inside_hw)
    left, top = outline.box[:2]
    box = (
        left + int(columns.min()),
        top + int(rows.min()),
        left + int(columns.max()) + 1,
        top + int(rows.max()) + 1,
    )
    return Region(spatial_format=1, data_type=1, box=box, mm_per_px=outline.mm_per_px)


def _strip(rng: np.random.Generator, canvas: Canvas, exposure: Exposure, box: Box, mode: str) -> Region:
    size = box[2] - box[0], box[3] - box[1]
    if mode == "mmode":
        strip, kind = m_mode(rng, exposure.frames_Thw[0], size), (2, 1)
    else:
        strip, kind = spectrum(rng, size), (3, 3)
    canvas.image.paste(Image.fromarray(strip).convert("RGB"), box)
    return Region(spatial_format=kind[0], data_type=kind[1], box=box, mm_per_px=exposure.outline.mm_per_px)


def _frames(
    canvas: Canvas, console: Console, exposures: tuple[Exposure, ...]
) -> tuple[NDArray[np.uint8], ...]:
    """The finished screen; in later frames the echoes move, and what was drawn over them stays."""
    first = np.array(canvas.image)
    frames = [first]
    for number in range(1, len(exposures[0].frames_Thw) if exposures else 1):
        frame = first.copy()
        for exposure in exposures:
            x0, y0, x1, y1 = exposure.outline.box
            shown = first[y0:y1, x0:x1]
            echoes = exposure.outline.inside_hw & (shown == _tinted(exposure.frames_Thw[0], console)).all(
                axis=2
            )
            frame[y0:y1, x0:x1][echoes] = _tinted(exposure.frames_Thw[number], console)[echoes]
        frames.append(frame)
    return tuple(frames)
