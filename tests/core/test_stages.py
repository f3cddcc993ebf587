import pytest

from livernet.core.errors import ConfigError
from livernet.core.stages import Grouping, cutoff_name, parse_stage, probability_at_or_above


@pytest.mark.parametrize(("text", "stage"), [("F0", 0), (" f4 ", 4), ("", None), ("  ", None)])
def test_parse_stage(text: str, stage: int | None) -> None:
    assert parse_stage(text) == stage


@pytest.mark.parametrize("text", ["F5", "4", "cirrhosis", "F"])
def test_parse_stage_rejects(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of F0, F1, F2, F3, F4 or empty"):
        parse_stage(text)


@pytest.mark.parametrize(
    ("text", "classes", "names"),
    [
        ("3", [0, 0, 1, 1, 2], ("F0/F1", "F2/F3", "F4")),
        ("4", [0, 0, 1, 2, 3], ("F0/F1", "F2", "F3", "F4")),
        ("5", [0, 1, 2, 3, 4], ("F0", "F1", "F2", "F3", "F4")),
        ("2", [0, 0, 1, 1, 1], ("F0/F1", "F2/F3/F4")),
        ("F0-F2/F3-F4", [0, 0, 0, 1, 1], ("F0/F1/F2", "F3/F4")),
        ("f0 - 3/f4", [0, 0, 0, 0, 1], ("F0/F1/F2/F3", "F4")),
    ],
)
def test_grouping(text: str, classes: list[int], names: tuple[str, ...]) -> None:
    grouping = Grouping.parse(text)
    assert [grouping.class_of(stage) for stage in range(5)] == classes
    assert grouping.class_names == names
    assert Grouping.parse(grouping.name) == grouping


@pytest.mark.parametrize("text", ["6", "F0-F4", "F0/F2-F4", "F1-F4/F0", "F0-F1/F1-F4", "", "F4-F0"])
def test_grouping_rejects(text: str) -> None:
    with pytest.raises(ConfigError, match="class grouping") as caught:
        Grouping.parse(text)
    assert "F0-F1/F2-F3/F4" in caught.value.hint


def test_a_range_the_wrong_way_round_is_shown_as_typed() -> None:
    with pytest.raises(ConfigError, match="class grouping 'F0-F1/f4-f2': 'F4-F2' is not a stage or a range"):
        Grouping.parse("F0-F1/f4-f2")


def test_cutoffs_of_the_papers_classes() -> None:
    grouping = Grouping.parse("3")
    assert grouping.cutoffs() == (2, 4)
    assert grouping.classes_at_or_above(2) == (1, 2)
    assert grouping.classes_at_or_above(3) is None
    assert probability_at_or_above((0.5, 0.3, 0.2), grouping, 2) == pytest.approx(0.5)
    assert probability_at_or_above((0.5, 0.3, 0.2), grouping, 4) == pytest.approx(0.2)
    assert probability_at_or_above((0.5, 0.3, 0.2), grouping, 1) is None


def test_cutoffs_are_written_as_the_field_does() -> None:
    assert [cutoff_name(cutoff) for cutoff in ("F2", "F4")] == ["≥F2", "F4"]
