from livernet.core.report.words.claim_items import ITEMS


def test_forty_four_items_are_numbered_as_published() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 45))
    first = {item.section: item.number for item in reversed(ITEMS)}
    assert first == {
        "Title and abstract": 1,
        "Introduction": 3,
        "Methods: design": 5,
        "Methods: data": 7,
        "Methods: reference standard": 14,
        "Methods: partitions": 19,
        "Methods: test data": 21,
        "Methods: model": 22,
        "Methods: training": 25,
        "Methods: evaluation": 28,
        "Results: data": 35,
        "Results: performance": 37,
        "Discussion": 40,
        "Other": 42,
    }


def test_items_have_titles_of_their_own() -> None:
    assert len({item.title for item in ITEMS}) == 44
    by_number = {item.number: item.title for item in ITEMS}
    assert (by_number[11], by_number[20], by_number[39]) == (
        "De-identification",
        "Level at which parts are disjoint",
        "Analysis of failures",
    )
