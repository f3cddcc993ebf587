import pytest

from livernet.core.report.words.english import count, decimal, listed, sentences, was


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 patients"), (1, "1 patient"), (2, "2 patients"), (6000, "6,000 patients")]
)
def test_one_and_many(number: int, expected: str) -> None:
    assert count(number, "patient") == expected


def test_words_whose_plural_is_their_own() -> None:
    assert (count(1, "copy", "copies"), count(3, "copy", "copies")) == ("1 copy", "3 copies")
    assert (was(1), was(2), was(0)) == ("was", "were", "were")


def test_lists_and_sentences() -> None:
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert sentences("One.", "", "Two.") == "One. Two."
    assert [decimal(value) for value in (1.0, 0.95, 1e-7)] == ["1", "0.95", "1e-07"]
