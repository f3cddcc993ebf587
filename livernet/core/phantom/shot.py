"""One picture from start to end: a patient before a console, scanned once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livernet.core.phantom.anatomy import Body, build_body
from livernet.core.phantom.annotators import outline
from livernet.core.phantom.console import Extras, draw_console, draw_extras
from livernet.core.phantom.fibrosis import Traits, draw_traits
from livernet.core.phantom.fields import Plane
from livernet.core.phantom.identity import Identity, invent
from livernet.core.phantom.lettering import Mark
from livernet.core.phantom.plan import Patient
from livernet.core.phantom.scan import Probe, Sector, fit_sector
from livernet.core.phantom.skins import SKINS, Skin
from livernet.core.phantom.speckle import draw_receive, insonify
from livernet.core.phantom.views import VIEWS, Habitus, draw_habitus, draw_view


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """What all pictures of one patient share."""

    patient: Patient
    """Stage, score and the number of pictures."""
    who: Identity
    """Invented."""
    habitus: Habitus
    """Build."""
    traits: Traits
    """Signs of the liver."""
    skin: Skin
    """The console."""
    probe: Probe
    """With its settings."""
    gain_db: float
    """Overall gain, as this operator likes it."""
    first_view: int
    """Where in ``VIEWS`` he begins."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture and all that is known about it."""

    screen_HWC: NDArray[np.uint8]
    """The console's screen (H, W, 3)."""
    masks_HW: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    """The liver as two annotators draw it, on the screen's pixels."""
    view: str
    """One of ``VIEWS``."""
    sector: Sector
    """Where the picture lies."""
    marks: tuple[Mark, ...]
    """What was burned in."""
    extras: Extras
    """What this picture carries."""


def seat(seed: int, patient: Patient) -> Sitting:
    """A patient, his build and the console's settings, from the seed and his index alone."""
    rng = np.random.default_rng([seed, 1, patient.index])
    who, habitus, skin = invent(rng, patient.index), draw_habitus(rng), SKINS[patient.skin]
    depth = 10 * round((120 + 0.9 * habitus.wall_mm + 20 * (habitus.size - 1) + rng.normal(0, 7)) / 10)
    probe = Probe(
        radius_mm=skin.radius_mm,
        half_angle=float(np.radians(skin.half_angle_deg)),
        frequency_mhz=skin.frequency_mhz,
        f_number=rng.uniform(2.0, 2.9),
        focus_mm=rng.uniform(0.4, 0.7) * depth,
        depth_mm=float(np.clip(depth, 110, 180)),
    )
    return Sitting(
        patient=patient,
        who=who,
        habitus=habitus,
        traits=draw_traits(rng, patient.score, habitus.steatosis),
        skin=skin,
        probe=probe,
        gain_db=float(rng.normal(0, 4)),
        first_view=int(rng.integers(len(VIEWS))),
    )


def take(seed: int, sitting: Sitting, number: int) -> Shot:
    """Picture ``number`` of a patient; the same arguments give the same pixels, whatever was drawn before."""
    rng = np.random.default_rng([seed, 2, sitting.patient.index, number])
    probe, skin = sitting.probe, sitting.skin
    _, _, x, z = probe.beams()
    plane = Plane(half_width_mm=float(np.abs(x).max()), depth_mm=float(z.max()))
    name = VIEWS[(sitting.first_view + number) % len(VIEWS)]
    view = draw_view(
        rng, name, sitting.habitus, plane=plane, half_angle=probe.half_angle, reach=sitting.traits.vessels
    )
    body = build_body(rng, probe, sitting.habitus, sitting.traits, view)
    receive = draw_receive(
        rng,
        sitting.skin,
        gain_db=sitting.gain_db,
        attenuation=sitting.traits.attenuation,
        lost_side=view.lost_side,
    )
    grey_SL = insonify(rng, body, probe, receive)
    sector = fit_sector(probe, skin.viewport, fill=skin.fill, shift_px=float(rng.integers(-12, 13)))
    extras = draw_extras(rng)
    screen, marks = draw_console(
        rng, sector.to_screen(grey_SL), skin=skin, sector=sector, probe=probe, who=sitting.who, extras=extras
    )
    masks = _masks(rng, body, sector, screen.shape[:2])
    return Shot(screen_HWC=screen, masks_HW=masks, view=name, sector=sector, marks=marks, extras=extras)


def _masks(
    rng: np.random.Generator, body: Body, sector: Sector, shape: tuple[int, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    x0, y0, x1, y1 = sector.viewport
    distance, inside = sector.to_screen(body.liver_SL), sector.inside
    drawn = []
    for annotator in (0, 1):
        mask = np.zeros(shape[:2], np.bool_)
        mask[y0:y1, x0:x1] = outline(rng, distance, inside, sector.mm_per_px, annotator)
        drawn.append(mask)
    return drawn[0], drawn[1]
