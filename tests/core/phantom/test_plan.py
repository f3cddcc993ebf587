from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livernet.core.errors import ConfigError
from livernet.core.files import sha256
from livernet.core.phantom.plan import (
    PAPER_IMAGES,
    PAPER_PATIENTS,
    Quota,
    apportion,
    draw_patients,
    make_quota,
)


def test_default_is_the_paper() -> None:
    quota = make_quota()
    assert quota.patients == PAPER_PATIENTS == (13, 13, 14, 23, 15)
    assert quota.images == PAPER_IMAGES == (20, 20, 21, 34, 23)


@pytest.mark.parametrize(
    ("patients", "images", "expected"),
    [
        (78, None, (78, 118)),
        (None, 118, (78, 118)),
        (39, 59, (39, 59)),
        (20, None, (20, 30)),
        (6, 40, (6, 40)),
    ],
)
def test_totals_are_met_exactly(patients: int | None, images: int | None, expected: tuple[int, int]) -> None:
    quota = make_quota(patients, images)
    assert (sum(quota.patients), sum(quota.images)) == expected
    assert all(i >= p for p, i in zip(quota.patients, quota.images, strict=True))


def test_stages_can_be_given_outright_and_left_out() -> None:
    quota = make_quota(images=12, per_stage=(3, 0, 3, 0, 3))
    assert quota.patients == (3, 0, 3, 0, 3)
    assert quota.images == (4, 0, 4, 0, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patients": 10, "images": 5}, "5 images of 10 patients"),
        ({"patients": 5, "images": 500}, "every patient has 1 to 8 images"),
        ({"per_stage": (1, 2, 3)}, "five numbers are needed"),
        ({"per_stage": (1, 1, 1, 1, -1)}, "five numbers are needed"),
        ({"per_stage": (1, 1, 1, 1, 1), "patients": 9}, "add up to the patients"),
    ],
)
def test_impossible_numbers_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_quota(**arguments)


def test_apportion_gives_what_is_left_to_the_largest_remainders() -> None:
    assert apportion(10, (1, 1, 1), (0, 0, 0)) == (4, 3, 3)
    assert apportion(7, (5, 1, 1), (1, 2, 2)) == (3, 2, 2)


def test_patients_fill_the_quota_in_random_order() -> None:
    people = draw_patients(0, Quota(), 4)
    assert [sum(p.stage == s for p in people) for s in range(5)] == list(PAPER_PATIENTS)
    assert [sum(p.images for p in people if p.stage == s) for s in range(5)] == list(PAPER_IMAGES)
    assert [p.index for p in people] == list(range(78))
    assert abs(np.corrcoef([p.index for p in people], [p.stage for p in people])[0, 1]) < 0.35


def test_consoles_are_dealt_evenly_within_each_stage() -> None:
    for stage in range(5):
        skins = [p.skin for p in draw_patients(3, Quota(), 4) if p.stage == stage]
        counts = [skins.count(k) for k in range(4)]
        assert max(counts) - min(counts) <= 1


def test_same_seed_same_patients() -> None:
    assert draw_patients(5, Quota(), 4) == draw_patients(5, Quota(), 4)
    assert draw_patients(5, Quota(), 4) != draw_patients(6, Quota(), 4)


def test_without_confounding_the_plan_is_what_it_always_was() -> None:
    told = "".join(
        f"{p.index} {p.score:.6f} {p.stage} {p.images} {p.skin}\n" for p in draw_patients(5, Quota(), 4)
    )
    assert sha256(told.encode()) == "58975fa94fc848f04deae0de690d2cfb7152a3a1e8f7b63ddda541c14afdd200"


@pytest.mark.parametrize("share", [0.3, 0.8, 1.0])
def test_consoles_follow_the_class_with_the_probability_asked_for(share: float) -> None:
    quota = make_quota(2000)
    plain, tied = draw_patients(0, quota, 4), draw_patients(0, quota, 4, share)
    classes = [0 if p.stage < 2 else 1 if p.stage < 4 else 2 for p in tied]
    follow = np.mean([p.skin == k for p, k in zip(tied, classes, strict=True)])
    assert follow == pytest.approx(share + (1 - share) / 4, abs=0.03)
    assert [replace(p, skin=0) for p in tied] == [replace(p, skin=0) for p in plain]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_confounding_must_be_a_probability(share: float) -> None:
    with pytest.raises(ConfigError, match="is no probability"):
        draw_patients(0, Quota(), 4, share)
