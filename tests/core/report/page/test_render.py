import pytest

from livernet.core.report.page.render import duration, first_value, number, percent, shade


def test_numbers_as_a_reader_sees_them() -> None:
    assert (percent(0.814), percent(0.814, 1), percent(None)) == ("81", "81.4", "–")
    assert (number(0.9, 2), number(-0.11), number(None)) == ("0.90", "−0.11", "–")


@pytest.mark.parametrize(
    ("seconds", "expected"), [(None, "not recorded"), (61.0, "61 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float | None, expected: str) -> None:
    assert duration(seconds) == expected


def test_shades_run_from_0_to_8() -> None:
    assert [shade(count, 10) for count in (0, 5, 10)] == [0, 4, 8]
    assert shade(0, 0) == 0


def test_first_value() -> None:
    assert first_value({"b": 1, "a": 2}) == 1
