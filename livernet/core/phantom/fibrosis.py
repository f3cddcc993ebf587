"""The latent fibrosis score, the biopsy that reads it with error, and what it does to the liver."""

from dataclasses import dataclass

import numpy as np

READING_ERROR = 0.7
"""SD of the biopsy reading, in stages: 59 % of the readings name the right stage.

Sampling alone leaves 65 % right with a 15 mm core (Bedossa et al., Hepatology 38 (2003) 1449-1457), and one
liver in three differs by a stage between its lobes (Regev et al., Am J Gastroenterol 97 (2002) 2614-2618);
the reader's own variation comes on top.
"""
ONSET = 0.42
"""Where in the range of the score (0..1) the coarse texture sets in."""
TRAIT_SCATTER = 0.14
"""SD with which each sign follows the score, as a part of its range: livers of one stage differ."""


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What the scan shows of a liver."""

    texture_db: float
    """SD of the coarse echo texture, dB."""
    texture_mm: float
    """Length over which the coarse texture is correlated."""
    septa_db: float
    """Brightness of fibrous septa over the parenchyma, dB."""
    nodularity_mm: float
    """SD of the surface about its smooth course."""
    blunting_mm: float
    """Radius of the liver's edge."""
    vessels: float
    """1: hepatic veins wide and seen far out; 0: narrow and lost early."""
    attenuation: float
    """dB/cm/MHz."""
    level_db: float
    """Brightness of the parenchyma relative to normal liver."""


def draw_score(rng: np.random.Generator) -> tuple[float, int]:
    """A score in 0..5, evenly spread, and the stage 0..4 that a biopsy of it reads."""
    score = rng.uniform(0.0, 5.0)
    stage = int(np.clip(np.floor(score + rng.normal(0.0, READING_ERROR)), 0, 4))
    return score, stage


def draw_traits(rng: np.random.Generator, score: float, steatosis: float) -> Traits:
    """The signs of a liver with this ``score`` (0..5), each with its own scatter, and of fat content 0..1.

    Fat raises attenuation far more than fibrosis does (Lin, Ophir, Potter, Ultrasound Med Biol 14 (1988)
    729-734), so attenuation alone does not tell the stage. A nodular surface, a coarse texture and narrow
    hepatic veins are the classical B-mode signs of cirrhosis (Gaiani et al., J Hepatol 27 (1997) 979-985).
    How strong each sign is was set by eye and by the difficulty that `livernet phantom --describe` measures.
    """
    part = score / 5.0

    def sign(low: float, high: float) -> float:
        seen = part + rng.normal(0.0, TRAIT_SCATTER)
        return float(low + (high - low) * np.clip(seen, 0.0, 1.1))

    def turn(low: float, high: float) -> float:
        """A sign that sets in about F2, where septa begin to join the portal tracts."""
        seen = part + rng.normal(0.0, TRAIT_SCATTER)
        return float(low + (high - low) / (1.0 + np.exp((ONSET - seen) / 0.1)))

    return Traits(
        texture_db=turn(0.6, 3.6),
        texture_mm=sign(1.4, 5.0),
        septa_db=turn(0.0, 5.0),
        nodularity_mm=sign(0.05, 1.8),
        blunting_mm=sign(1.0, 7.0),
        vessels=sign(1.0, 0.1),
        attenuation=0.5 + sign(0.0, 0.07) + 0.2 * steatosis + float(rng.normal(0.0, 0.03)),
        level_db=sign(0.0, 1.0) + 4.0 * steatosis,
    )
