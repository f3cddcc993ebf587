import pytest

from livernet.core.report.words.references import REFERENCES, cite, number_citations, without_citations


def test_citations_are_numbered_in_order_of_appearance_and_once() -> None:
    texts, references = number_citations(
        [f"A{cite('wilson1927')}.", f"B{cite('holm1979')}, again{cite('wilson1927')}."]
    )
    assert texts == ["A [1].", "B [2], again [1]."]
    assert references == [REFERENCES["wilson1927"], REFERENCES["holm1979"]]


def test_marks_go_where_nothing_is_numbered() -> None:
    assert without_citations(f"A{cite('holm1979')}.") == "A."


def test_a_users_own_text_is_no_citation() -> None:
    texts, references = number_citations(["Scanner [@maker2020]"])
    assert (texts, references) == (["Scanner [@maker2020]"], [])
    assert without_citations("Scanner [@maker2020]") == "Scanner [@maker2020]"


def test_an_unknown_work_cannot_be_cited() -> None:
    with pytest.raises(KeyError):
        cite("nobody1900")
