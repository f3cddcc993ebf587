import json
from dataclasses import replace

import numpy as np
import pytest

from livernet.core.audits.questions import make_questions, make_subjects
from livernet.core.audits.quick import Answer
from livernet.core.audits.rule import figures, state_of, told, too_few
from livernet.core.stages import Grouping
from tests.core.audits.trials import GROUPING, make_rows


def answer(p: float, low: float) -> Answer:
    return Answer(
        auc={"the scanner": {"F4": 0.9}},
        part="the scanner",
        question=make_questions(GROUPING)[1],
        value=0.9,
        low=low,
        high=0.97,
        p=p,
        null_M=np.linspace(0.5, 0.7, 999),
        patients=78,
    )


@pytest.mark.parametrize(
    ("p", "low", "state"),
    [(0.001, 0.61, "failed"), (0.001, 0.6, "caution"), (0.01, 0.9, "passed"), (0.5, 0.3, "passed")],
)
def test_confounded_means_small_p_and_a_lower_bound_above_06(p: float, low: float, state: str) -> None:
    assert state_of(answer(p, low)) == state


def test_figures_can_be_written_and_told() -> None:
    found = figures(answer(0.001, 0.7))
    assert json.loads(json.dumps(found, allow_nan=False))["auc"]["low"] == 0.7
    assert len(found["null"]) == 999
    assert told(answer(0.02, 0.7)).startswith(
        "AUC 0.90, 0.70 to 0.97; stages dealt at random reach up to 0.70"
    )
    assert told(answer(0.02, 0.7)).endswith("p = 0.020")


def test_an_auc_far_below_one_half_is_explained() -> None:
    assert "note" not in figures(answer(0.5, 0.4))
    even = replace(answer(0.5, 0.4), auc={"the scanner": {"F4": 0.13}, "the site": {"F4": 0.6}})
    assert "more evenly than chance" in figures(even)["note"]


@pytest.mark.parametrize(
    ("patients", "reason"),
    [
        ((0, 0, 0, 0, 0), "No patient has a known stage"),
        ((3, 3, 0, 0, 0), "of one class"),
        ((1, 0, 1, 0, 1), "3 patients are too few"),
        ((2, 2, 2, 2, 2), ""),
    ],
)
def test_too_few_patients_are_said(patients: tuple[int, ...], reason: str) -> None:
    said = too_few(make_subjects(make_rows(patients), Grouping.parse("3")))
    assert reason in said
    assert bool(reason) == bool(said)
