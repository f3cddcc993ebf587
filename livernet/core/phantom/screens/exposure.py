"""A patient before one of the consoles, and single pictures of him without the screen around them.

Shape suffixes: S, L samples and beams; h, w the picture's box on the screen; T frames.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livernet.core.phantom.anatomy import build_body
from livernet.core.phantom.annotators import outline as draw_outline
from livernet.core.phantom.fibrosis import Traits, draw_traits
from livernet.core.phantom.fields import Field, Plane
from livernet.core.phantom.identity import Identity, invent
from livernet.core.phantom.plan import Patient
from livernet.core.phantom.scan import Probe
from livernet.core.phantom.screens.conditions import cast_shadows, draw_condition, worsen
from livernet.core.phantom.screens.consoles import CONSOLES, Console
from livernet.core.phantom.screens.outline import Box, Outline, place
from livernet.core.phantom.speckle import draw_receive, insonify
from livernet.core.phantom.views import VIEWS, Habitus, View, draw_habitus, draw_view


@dataclass(frozen=True, kw_only=True)
class Guest:
    """What all pictures of one patient share."""

    patient: Patient
    """Stage, score and the number of pictures."""
    who: Identity
    """Invented."""
    habitus: Habitus
    """Build."""
    traits: Traits
    """Signs of the liver."""
    console: Console
    """He was scanned on."""
    gain_db: float
    """Overall gain, as this operator likes it."""


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """One picture as it lies on the screen."""

    frames_Thw: tuple[Field, ...]
    """Grey 0..255 of each frame, in the outline's box."""
    outline: Outline
    """Where it lies."""
    depth_mm: float
    """Of the picture."""
    frequency_mhz: float
    """Of the probe."""
    view: str
    """One of ``VIEWS``."""
    masks_hw: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    """The liver as two annotators draw it."""


def welcome(seed: int, patient: Patient) -> Guest:
    """A patient with his build and console, from the seed and his index alone."""
    rng = np.random.default_rng([seed, 11, patient.index])
    who, habitus = invent(rng, patient.index), draw_habitus(rng)
    traits = draw_traits(rng, patient.score, habitus.steatosis)
    return Guest(
        patient=patient, who=who, habitus=habitus, traits=traits, console=CONSOLES[patient.skin],
        gain_db=float(rng.normal(0, 3)),
    )  # fmt: skip


def draw_probe(rng: np.random.Generator, kind: str) -> Probe:
    """A probe of the kind with its settings for this picture; lengths of usual arrays, rounded."""
    radius, half_deg, mhz, depth = {
        "convex": (rng.uniform(40, 62), rng.uniform(27, 36), 3.5, rng.uniform(120, 180)),
        "cut": (rng.uniform(40, 62), rng.uniform(29, 37), 3.5, rng.uniform(120, 170)),
        "phased": (rng.choice((0.4, 0.4, 3.0)), rng.uniform(37, 46), 2.6, rng.uniform(120, 180)),
        "trapezoid": (rng.uniform(60, 95), rng.uniform(13, 20), 4.5, rng.uniform(70, 120)),
        "linear": (3000.0, float(np.degrees(rng.uniform(19, 26) / 3000)), 5.0, rng.uniform(45, 90)),
    }[kind]
    return Probe(
        radius_mm=float(radius), half_angle=float(np.radians(half_deg)),
        frequency_mhz=float(mhz * rng.uniform(0.9, 1.1)), f_number=float(rng.uniform(2.0, 2.9)),
        focus_mm=float(rng.uniform(0.4, 0.7) * depth), depth_mm=float(5 * round(depth / 5)),
    )  # fmt: skip


def expose(
    rng: np.random.Generator, guest: Guest, kind: str, condition: str, *, window: Box, frames: int = 1
) -> Exposure:
    """Scan a patient with a probe of the kind and place the picture in a window of the screen."""
    probe = draw_probe(rng, kind)
    where = _window(rng, kind, window)
    fill = float(rng.choice((1.12, 1.28) if where == window else (0.96, 1.0, 1.12, 1.28)))
    outline = place(
        kind, probe, where, fill=fill, shift_px=float(rng.uniform(-0.04, 0.04)) * (window[2] - window[0])
    )
    view, habitus = _look(rng, guest, probe, kind)
    body = build_body(rng, probe, habitus, guest.traits, view)
    state = draw_condition(rng, condition)
    cast_shadows(body, state)
    receive = draw_receive(
        rng,
        guest.console,
        gain_db=guest.gain_db,
        attenuation=guest.traits.attenuation,
        lost_side=view.lost_side,
    )
    receive = worsen(receive, state)
    drawn = tuple(outline.to_screen(insonify(rng, body, probe, receive)) for _ in range(frames))
    distance, inside = outline.to_screen(body.liver_SL), outline.inside_hw
    first, second = (draw_outline(rng, distance, inside, outline.mm_per_px, k) for k in (0, 1))
    return Exposure(
        frames_Thw=drawn, outline=outline, depth_mm=probe.depth_mm, frequency_mhz=probe.frequency_mhz,
        view=view.name, masks_hw=(first, second),
    )  # fmt: skip


def _window(rng: np.random.Generator, kind: str, window: Box) -> Box:
    """Some consoles cut the sides of a wide sector: it lies in a narrower window."""
    if kind != "cut" or rng.random() < 0.4:
        return window
    x0, y0, x1, y1 = window
    width = min(x1 - x0, int((y1 - y0) * rng.uniform(0.95, 1.3)))
    left = (x0 + x1 - width) // 2
    return left, y0, left + width, y1


def _look(rng: np.random.Generator, guest: Guest, probe: Probe, kind: str) -> tuple[View, Habitus]:
    _, _, x, z = probe.beams()
    plane = Plane(half_width_mm=float(np.abs(x).max()), depth_mm=float(z.max()))
    habitus = guest.habitus
    if kind in {"linear", "trapezoid"}:  # pressed on, and held where the wall is thin
        habitus = replace(habitus, wall_mm=min(habitus.wall_mm, 13.0), muscle_mm=min(habitus.muscle_mm, 6.0))
    name = str(rng.choice(VIEWS))
    view = draw_view(rng, name, habitus, plane=plane, half_angle=probe.half_angle, reach=guest.traits.vessels)
    return (replace(view, ribs=()) if kind == "linear" else view), habitus
