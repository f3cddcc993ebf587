import pytest

from livernet.core.data.duplicates.groups import (
    DuplicateGroup,
    across_patients,
    describe_group,
    settle_duplicates,
)
from livernet.core.data.manifest import Row
from livernet.core.errors import ConfigError, FaultsError

ROWS = [
    Row(image="images/1.png", patient="a", stage=0),
    Row(image="images/2.png", patient="a", stage=0),
    Row(image="images/3.png", patient="b", stage=4),
    Row(image="images/4.png", patient="c"),
]
WITHIN = (DuplicateGroup(rows=(0, 1), score=1.0),)
ACROSS = (
    DuplicateGroup(rows=(0, 3), score=1.0),
    DuplicateGroup(rows=(1, 2), kind="near", score=0.912),
)


def test_copies_within_a_patient_do_not_stop_but_stay_together() -> None:
    assert across_patients(WITHIN, ROWS) == ()
    assert settle_duplicates(WITHIN, ROWS, "stop") == WITHIN


def test_copies_under_two_patients_stop_with_the_list() -> None:
    with pytest.raises(FaultsError, match=r"\(2 times, 4 images, 1 under different stages\)") as caught:
        settle_duplicates(ACROSS, ROWS, "stop")
    assert caught.value.faults == (
        "near 0.91: images/2.png (patient a, F0) = images/3.png (patient b, F4)",
        "exact 1.00: images/1.png (patient a, F0) = images/4.png (patient c, no stage)",
    )
    assert "--duplicates group" in caught.value.hint
    assert "duplicate_group" in caught.value.hint


def test_a_line_names_few_of_many() -> None:
    rows = [Row(image=f"{n}.png", patient=f"p{n}") for n in range(9)]
    with pytest.raises(FaultsError, match=r"\(1 time, 9 images\)") as caught:
        settle_duplicates([DuplicateGroup(rows=tuple(range(9)), kind="manifest")], rows, "stop")
    assert caught.value.faults[0].startswith("manifest: 0.png (patient p0, no stage) = 1.png")
    assert caught.value.faults[0].endswith("= 3.png (patient p3, no stage) = 5 more")


def test_group_and_allow() -> None:
    assert settle_duplicates(ACROSS, ROWS, "group") == ACROSS
    assert settle_duplicates(ACROSS, ROWS, "allow") == ()


def test_unknown_policy() -> None:
    with pytest.raises(ConfigError, match="--duplicates 'drop' is unknown"):
        settle_duplicates((), ROWS, "drop")


def test_a_group_as_splits_json_tells_it() -> None:
    assert describe_group(ACROSS[1], ROWS) == {
        "kind": "near",
        "score": 0.912,
        "images": ["images/2.png", "images/3.png"],
        "patients": 2,
        "classes": 2,
        "stages": ["F0", "F4"],
    }
    assert describe_group(ACROSS[0], ROWS)["classes"] == 1
