import pytest

from livernet.core.report.page.render import (
    duration,
    first_value,
    methods,
    number,
    percent,
    several,
    shade,
    table_methods,
)


def test_numbers_as_a_reader_sees_them() -> None:
    assert (percent(0.814), percent(0.814, 1), percent(None)) == ("81", "81.4", "–")
    assert (number(0.9, 2), number(-0.11), number(None), number(-0.001)) == ("0.90", "−0.11", "–", "0.00")
    assert (several(1, "image"), several(6000, "image"), several(2, "class", "classes")) == (
        "1 image",
        "6\u202f000 images",
        "2 classes",
    )


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


def test_methods_are_named_once_in_their_order() -> None:
    def measure(method: str) -> dict[str, object]:
        return {"value": 1.0, "method": method}

    patients = {
        "accuracy": measure("Wilson"),
        "auc": {"F2": measure("score")},
        "operating": {"x": measure("no")},
    }
    assert methods([patients, {"method": "not a measure"}]) == ["Wilson", "score", "no"]
    assert table_methods({"patients": patients, "images": {"accuracy": measure("bootstrap")}}) == [
        "Wilson",
        "score",
        "bootstrap",
    ]
