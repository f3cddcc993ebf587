"""Invented people: every name, number, date and hospital here is made up by a random generator."""

from dataclasses import dataclass

import numpy as np

_FAMILY = (
    ("김", "KIM"),
    ("이", "LEE"),
    ("박", "PARK"),
    ("최", "CHOI"),
    ("정", "JUNG"),
    ("강", "KANG"),
    ("조", "CHO"),
)
_FAMILY += (
    ("윤", "YOON"),
    ("장", "JANG"),
    ("임", "LIM"),
    ("한", "HAN"),
    ("오", "OH"),
    ("서", "SEO"),
    ("신", "SHIN"),
)
_GIVEN = (
    ("민", "MIN"),
    ("서", "SEO"),
    ("지", "JI"),
    ("현", "HYUN"),
    ("영", "YOUNG"),
    ("수", "SU"),
    ("준", "JUN"),
)
_GIVEN += (
    ("은", "EUN"),
    ("호", "HO"),
    ("진", "JIN"),
    ("혜", "HYE"),
    ("우", "WOO"),
    ("경", "KYUNG"),
    ("태", "TAE"),
)

HOSPITALS = (("HANEUL MODEL HOSPITAL", "하늘모형병원"), ("SAEBYEOK MODEL CLINIC", "새벽모형의원"))
"""Two invented sites: Latin and Hangul."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a console burns into a picture."""

    number: str
    """Hospital number."""
    name: str
    """Romanised, family name first."""
    hangul: str
    """The same name in Hangul."""
    birth: str
    """YYYY-MM-DD."""
    sex: str
    """M or F."""
    study: str
    """Date of the examination, YYYY-MM-DD."""
    site: int
    """Index into ``HOSPITALS``."""


def invent(rng: np.random.Generator, index: int) -> Identity:
    """A person; ``index`` makes the hospital number unique within a cohort."""
    family = _FAMILY[rng.integers(len(_FAMILY))]
    first, second = (_GIVEN[k] for k in rng.choice(len(_GIVEN), 2, replace=False))
    return Identity(
        number=f"{rng.integers(10, 99)}{index:03d}{rng.integers(100, 999)}",
        name=f"{family[1]} {first[1]}{second[1]}",
        hangul=family[0] + first[0] + second[0],
        birth=f"{rng.integers(1941, 1995)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        sex=str(rng.choice(["M", "F"])),
        study=f"{rng.integers(2014, 2019)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        site=int(rng.integers(len(HOSPITALS))),
    )
