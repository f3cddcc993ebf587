"""Acoustic properties of the tissues, relative to liver.

Attenuation is in dB/cm/MHz, one way. Values: Duck, Physical Properties of Tissue, 1990, chapter 4, and
Culjat et al., Ultrasound Med Biol 36 (2010) 861-873, table 1: about 0.5 for liver, 0.5 for fat, 1.1 for
muscle, 0.2 for blood, 6.9 for cortical bone and practically none for water, taken here for bile. Skin,
kidney, lung haze and the mixed tissue behind the liver were set between these. Backscatter levels are
*not* from the literature: they follow the order that radiology textbooks teach (bile < blood < pyramids <
renal cortex < liver < renal sinus < diaphragm) with steps that look right after log compression.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

SPEED_MM_PER_US = 1.54
"""Speed of sound that scanners assume, 1540 m/s (Szabo, Diagnostic Ultrasound Imaging, 2014)."""


class Tissue(IntEnum):
    """The labels of an anatomy map."""

    SKIN = 0
    FAT = 1
    MUSCLE = 2
    LIVER = 3
    BEYOND = 4
    LUNG = 5
    CORTEX = 6
    PYRAMID = 7
    SINUS = 8
    BILE = 9
    BLOOD = 10
    BONE = 11


@dataclass(frozen=True, kw_only=True)
class Acoustics:
    """What one tissue does to sound."""

    level_db: float
    """Backscatter relative to normal liver, dB of amplitude."""
    attenuation: float
    """dB/cm/MHz, one way."""


TABLE: dict[Tissue, Acoustics] = {
    Tissue.SKIN: Acoustics(level_db=7.0, attenuation=0.6),
    Tissue.FAT: Acoustics(level_db=-4.0, attenuation=0.5),
    Tissue.MUSCLE: Acoustics(level_db=-3.0, attenuation=1.1),
    Tissue.LIVER: Acoustics(level_db=0.0, attenuation=0.5),
    Tissue.BEYOND: Acoustics(level_db=3.5, attenuation=0.7),
    Tissue.LUNG: Acoustics(level_db=-7.0, attenuation=0.5),
    Tissue.CORTEX: Acoustics(level_db=-4.0, attenuation=0.9),
    Tissue.PYRAMID: Acoustics(level_db=-9.0, attenuation=0.8),
    Tissue.SINUS: Acoustics(level_db=7.0, attenuation=0.9),
    Tissue.BILE: Acoustics(level_db=-38.0, attenuation=0.01),
    Tissue.BLOOD: Acoustics(level_db=-24.0, attenuation=0.2),
    Tissue.BONE: Acoustics(level_db=12.0, attenuation=6.9),
}


def lookup(label_SL: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Backscatter (dB relative to liver) and attenuation (dB/cm/MHz) of the samples of a label map (S, L)."""
    level = np.array([TABLE[t].level_db for t in Tissue], np.float32)
    attenuation = np.array([TABLE[t].attenuation for t in Tissue], np.float32)
    return level[label_SL], attenuation[label_SL]
