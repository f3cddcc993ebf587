import numpy as np
import pytest

from livernet.core.audits.questions import ask_of, make_questions, make_subjects
from livernet.core.data.manifest import Row
from livernet.core.stages import Grouping


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        ("3", [("≥F2", (1, 2)), ("F4", (2,)), ("F2/F3", (1,))]),
        ("2", [("F2/F3/F4", (1,))]),
        (
            "5",
            [("≥F1", (1, 2, 3, 4)), ("≥F2", (2, 3, 4)), ("≥F3", (3, 4)), ("F4", (4,)), ("F1", (1,)),
             ("F2", (2,)), ("F3", (3,))],
        ),
    ],
)  # fmt: skip
def test_each_division_of_the_classes_is_asked_once(grouping: str, expected: list[object]) -> None:
    assert [(q.name, q.classes) for q in make_questions(Grouping.parse(grouping))] == expected


def test_a_question_needs_both_sides() -> None:
    questions = make_questions(Grouping.parse("3"))
    assert [q.name for q in ask_of(np.array([0, 0, 1]), questions)] == ["≥F2", "F2/F3"]
    assert ask_of(np.array([1, 1]), questions) == ()
    assert ask_of(np.zeros(0, np.int64), questions) == ()


ROWS = [
    Row(image="a", patient="P1", stage=4),
    Row(image="b", patient="P2", stage=None),
    Row(image="c", patient="P1", stage=None),
    Row(image="d", patient="P3", stage=0),
    Row(image="e", patient="P4", stage=2),
]


def test_subjects_are_patients_with_a_stage() -> None:
    subjects = make_subjects(ROWS, Grouping.parse("3"))
    assert subjects.images == (0, 3, 4)
    assert subjects.owner_N.tolist() == [0, 1, 2]
    assert subjects.class_P.tolist() == [2, 0, 1]
    assert subjects.per_class == [1, 1, 1]


def test_patients_with_a_common_picture_are_one_unit_however_long_the_chain() -> None:
    subjects = make_subjects(ROWS, Grouping.parse("3"), copies=[(3, 4), (0, 3), (1, 2)])
    assert subjects.unit_P.tolist() == [0, 0, 0]
    assert make_subjects(ROWS, Grouping.parse("3"), copies=[(3, 4)]).unit_P.tolist() == [0, 1, 1]


def test_some_images_only() -> None:
    part = make_subjects(ROWS, Grouping.parse("3")).only([0, 2])
    assert part.images == (0, 4)
    assert part.owner_N.tolist() == [0, 1]
    assert part.class_P.tolist() == [2, 1]


def test_nobody_has_a_stage() -> None:
    subjects = make_subjects([Row(image="a", patient="P1")], Grouping.parse("3"))
    assert (subjects.images, subjects.per_class) == ((), [0, 0, 0])
