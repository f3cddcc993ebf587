"""How well a picture was taken: gain, shadows, contact, penetration."""

from dataclasses import dataclass, replace

import numpy as np

from livernet.core.phantom.anatomy import Body
from livernet.core.phantom.scan import SAMPLE_MM
from livernet.core.phantom.speckle import Receive

CONDITIONS = {
    "plain": 0.50,
    "low gain": 0.12,
    "high gain": 0.08,
    "shadow": 0.12,
    "contact": 0.10,
    "far": 0.08,
}
"""Names and their shares."""


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """A rib or lung that lets nothing through."""

    first: float
    """Where it begins, as a part 0..1 of the beams from the left."""
    last: float
    """Where it ends."""
    depth_mm: float
    """Of its surface below the skin."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What differs from a well taken picture."""

    name: str
    """A key of ``CONDITIONS``."""
    gain_db: float = 0.0
    """Added to the gain."""
    tgc: float = 0.0
    """Added to the attenuation that the time-gain compensation assumes, dB/cm/MHz."""
    lost_side: float = 0.0
    """As in ``Receive``; 0 leaves the view's own."""
    shadows: tuple[Shadow, ...] = ()
    """Ribs and lung."""


def draw_condition(rng: np.random.Generator, name: str) -> Condition:
    """The named condition with its strength."""
    side = float(rng.choice((-1, 1)))
    if name == "low gain":
        return Condition(name=name, gain_db=-float(rng.uniform(9, 15)))
    if name == "high gain":
        return Condition(name=name, gain_db=float(rng.uniform(10, 17)))
    if name == "contact":
        return Condition(name=name, lost_side=side * float(rng.uniform(0.7, 0.95)))
    if name == "far":
        return Condition(name=name, tgc=-float(rng.uniform(0.12, 0.26)))
    if name == "shadow":
        wide, start = float(rng.uniform(0.12, 0.33)), float(rng.uniform(8, 26))
        first, last = (0.0, wide) if side < 0 else (1 - wide, 1.0)
        shadows = [Shadow(first=first, last=last, depth_mm=start)]
        if rng.random() < 0.5:
            at = float(rng.uniform(0.35, 0.6))
            shadows.append(
                Shadow(
                    first=at, last=at + float(rng.uniform(0.05, 0.12)), depth_mm=float(rng.uniform(12, 30))
                )
            )
        return Condition(name=name, shadows=tuple(shadows))
    return Condition(name=name)


def cast_shadows(body: Body, condition: Condition) -> None:
    """Put the condition's ribs and lung into the maps (S, L), in place."""
    samples, lines = body.level_SL.shape
    for shadow in condition.shadows:
        beams = slice(int(shadow.first * lines), max(int(shadow.last * lines), int(shadow.first * lines) + 1))
        top = min(int(shadow.depth_mm / SAMPLE_MM), samples - 2)
        rows = slice(top, top + int(5 / SAMPLE_MM))
        body.attenuation_SL[rows, beams] = 12.0
        body.level_SL[top : top + int(1.2 / SAMPLE_MM), beams] += 9.0


def worsen(receive: Receive, condition: Condition) -> Receive:
    """The scanner's settings under the condition."""
    return replace(
        receive,
        gain_db=receive.gain_db + condition.gain_db,
        tgc_attenuation=receive.tgc_attenuation + condition.tgc,
        lost_side=condition.lost_side or receive.lost_side,
    )
