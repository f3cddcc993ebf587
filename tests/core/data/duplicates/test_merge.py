from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.duplicates.merge import Contradiction, merge_patients
from livernet.core.data.manifest import Row

ROWS = [
    Row(image="0.png", patient="a", stage=1),
    Row(image="1.png", patient="a", stage=1),
    Row(image="2.png", patient="b", stage=1),
    Row(image="3.png", patient="c", stage=4),
    Row(image="4.png", patient="d"),
    Row(image="5.png", patient="e", stage=0),
]


def test_patients_who_share_a_picture_become_one() -> None:
    rows, contradictions = merge_patients(ROWS, [DuplicateGroup(rows=(1, 2)), DuplicateGroup(rows=(3, 4))])
    assert [row.patient for row in rows] == ["a", "a", "a", "c", "c", "e"]
    assert [row.stage for row in rows] == [1, 1, 1, 4, None, 0]  # an unknown stage is not filled in
    assert contradictions == ()


def test_contradicting_stages_are_unknown_for_all_images_of_the_one_patient() -> None:
    rows, contradictions = merge_patients(ROWS, [DuplicateGroup(rows=(1, 3))])
    assert [row.patient for row in rows] == ["a", "a", "b", "a", "d", "e"]
    assert [row.stage for row in rows] == [None, None, 1, None, None, 0]
    assert contradictions == (Contradiction(patients=("a", "c"), stages=(1, 4), rows=(0, 1, 3)),)
    assert contradictions[0].document(ROWS) == {
        "patients": ["a", "c"],
        "stages": ["F1", "F4"],
        "images": ["0.png", "1.png", "3.png"],
    }


def test_groups_that_share_a_patient_join_all() -> None:
    rows, contradictions = merge_patients(ROWS, [DuplicateGroup(rows=(1, 2)), DuplicateGroup(rows=(0, 5))])
    assert {row.patient for row in (rows[0], rows[2], rows[5])} == {"a"}
    assert contradictions[0].stages == (0, 1)


def test_without_groups_nothing_changes() -> None:
    assert merge_patients(ROWS, ()) == (tuple(ROWS), ())
