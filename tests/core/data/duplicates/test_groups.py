import pytest

from livernet.core.data.duplicates.groups import DuplicateGroup, across_patients, find_duplicates, settle_duplicates
from livernet.core.data.manifest import Row
from livernet.core.errors import ConfigError, FaultsError

ROWS = [
    Row(image="images/1.png", patient="a", stage=0),
    Row(image="images/2.png", patient="a", stage=0),
    Row(image="images/3.png", patient="b", stage=4),
    Row(image="images/4.png", patient="c"),
]


def test_equal_pixels_are_found_in_manifest_order() -> None:
    assert find_duplicates(["x", "y", "x", "z", "y", "x"]) == (
        DuplicateGroup(rows=(0, 2, 5)),
        DuplicateGroup(rows=(1, 4)),
    )
    assert find_duplicates(["x", "y"]) == ()


def test_copies_within_a_patient_do_not_stop_but_stay_together() -> None:
    groups = find_duplicates(["x", "x", "y", "z"])
    assert across_patients(groups, ROWS) == ()
    assert settle_duplicates(groups, ROWS, "stop") == groups


def test_copies_under_two_patients_stop_with_the_list() -> None:
    groups = find_duplicates(["u", "x", "x", "u"])
    with pytest.raises(FaultsError, match=r"under different patients \(2 times\)") as caught:
        settle_duplicates(groups, ROWS, "stop")
    assert caught.value.faults == (
        "images/1.png (patient a, F0) = images/4.png (patient c, no stage)",
        "images/2.png (patient a, F0) = images/3.png (patient b, F4)",
    )
    assert "--duplicates group" in caught.value.hint


def test_group_and_allow() -> None:
    groups = find_duplicates(["x", "u", "x", "v"])
    assert settle_duplicates(groups, ROWS, "group") == groups
    assert settle_duplicates(groups, ROWS, "allow") == ()


def test_unknown_policy() -> None:
    with pytest.raises(ConfigError, match="--duplicates 'drop' is unknown"):
        settle_duplicates((), ROWS, "drop")
