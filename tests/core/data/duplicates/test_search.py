import numpy as np
import pytest

from livernet.core.data.duplicates.align import Pictures
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.duplicates.search import SAME, _settle, find_duplicates
from livernet.core.data.duplicates.texture import textures
from tests.core.data.duplicates.pictures import copies, picture, thumbnails

FOUR = thumbnails(*(picture(seed) for seed in range(4)))


def test_equal_pixels_are_found_in_manifest_order() -> None:
    six = FOUR[[0, 1, 0, 2, 1, 0]]
    assert find_duplicates(six, ["x", "y", "x", "z", "y", "x"]) == (
        DuplicateGroup(rows=(0, 2, 5), score=1.0),
        DuplicateGroup(rows=(1, 4), score=1.0),
    )
    assert find_duplicates(FOUR, list("abcd")) == ()


def test_changed_copies_are_one_group_with_their_original() -> None:
    changed = copies(picture(0))
    images = [picture(0), *changed.values(), *(picture(seed) for seed in range(1, 12))]
    (group,) = find_duplicates(thumbnails(*images), [str(n) for n in range(len(images))])
    assert group.rows == tuple(range(len(changed) + 1))
    assert group.kind == "near"
    assert group.score is not None
    assert SAME <= group.score < 1


def test_pictures_that_show_nothing_are_no_copies() -> None:
    blank = np.zeros((3, 64, 64), np.uint8)
    assert find_duplicates(blank, list("abc")) == ()
    assert find_duplicates(blank[:1], ["a"]) == ()


def test_groups_of_the_manifest_are_united_with_those_found() -> None:
    found = find_duplicates(FOUR[[0, 0, 1, 2, 3]], ["x", "x", "y", "z", "u"], [None, 7, 7, None, None])
    assert found == (DuplicateGroup(rows=(0, 1, 2), kind="manifest", score=None),)
    # what the search finds itself keeps its own name
    found = find_duplicates(FOUR[[0, 0, 1]], ["x", "x", "y"], [1, 1, 2])
    assert found == (DuplicateGroup(rows=(0, 1), score=1.0),)


@pytest.mark.parametrize(("score", "groups"), [(0.82, [{0, 1, 2}]), (0.95, [{0, 1, 2, 3, 4}])])
def test_weak_links_do_not_chain(
    monkeypatch: pytest.MonkeyPatch, score: float, groups: list[set[int]]
) -> None:
    """0-1-2-3-4 in a row, the ends unlike each other: only links that are certain pass a group on."""
    near = {(0, 1), (1, 2), (2, 3), (3, 4)}

    def likeness(found: object, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        pairs = zip(np.minimum(first, second), np.maximum(first, second), strict=True)
        return np.array([score if pair in near else 0.1 for pair in pairs], np.float32)

    monkeypatch.setattr("livernet.core.data.duplicates.search.correlate", likeness)
    first, second = np.array(sorted(near)).T
    with Pictures() as five:
        five.add(textures(FOUR[[0, 0, 0, 0, 0]]))
        group_of, scores = _settle(five, first, second, np.full(4, score, np.float32))
    found = [set(np.flatnonzero(group_of == n)) for n in np.unique(group_of)]
    assert [group for group in found if len(group) > 2] == groups
    assert min(scores.values()) == pytest.approx(score)
