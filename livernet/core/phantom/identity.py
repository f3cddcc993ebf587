"""Invented people: every name, number, date and hospital here is made up by a random generator."""

from dataclasses import dataclass

import numpy as np

_FAMILY = "김KIM 이LEE 박PARK 최CHOI 정JUNG 강KANG 조CHO 윤YOON 장JANG 임LIM 한HAN 오OH 서SEO 신SHIN"
_GIVEN = "민MIN 서SEO 지JI 현HYUN 영YOUNG 수SU 준JUN 은EUN 호HO 진JIN 혜HYE 우WOO 경KYUNG 태TAE"

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
    families, given = _FAMILY.split(), _GIVEN.split()
    family = families[rng.integers(len(families))]
    first, second = (given[k] for k in rng.choice(len(given), 2, replace=False))
    return Identity(
        number=f"{rng.integers(10, 99)}{index:03d}{rng.integers(100, 999)}",
        name=f"{family[1:]} {first[1:]}{second[1:]}",
        hangul=family[0] + first[0] + second[0],
        birth=f"{rng.integers(1941, 1995)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        sex=str(rng.choice(["M", "F"])),
        study=f"{rng.integers(2014, 2019)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        site=int(rng.integers(len(HOSPITALS))),
    )
