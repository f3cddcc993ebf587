import pytest

from livernet.core.audits.copies import audit_duplicates
from livernet.core.data.duplicates.groups import DuplicateGroup
from livernet.core.data.splits import Fold
from tests.core.audits.trials import GROUPING, make_rows

ROWS = make_rows((2, 0, 2, 0, 12))
FOLDS = (Fold(train=(2, 3, 4, 5), test=(0, 1)), Fold(train=(0, 1, 4, 5), test=(2, 3)))


@pytest.mark.parametrize(
    ("groups", "state", "words"),
    [
        ([], "passed", "No picture was found twice"),
        ([(0, 1)], "passed", "kept on one side"),
        ([(4, 5)], "passed", "1 group of"),
        ([(1, 2)], "failed", "2 of 4 tested images"),
        ([(0, 1), (3, 4)], "failed", "1 of 4 tested images"),
    ],
)
def test_copies_are_weighed(groups: list[tuple[int, ...]], state: str, words: str) -> None:
    duplicates = [DuplicateGroup(rows=rows) for rows in groups]
    audit = audit_duplicates(ROWS, GROUPING, FOLDS, duplicates)
    assert audit.state == state
    assert words in audit.verdict


def test_copies_under_two_classes_are_a_caution_where_folds_keep_them_together() -> None:
    folds = (Fold(train=(4, 5), test=(1, 2)),)
    audit = audit_duplicates(ROWS, GROUPING, folds, [DuplicateGroup(rows=(1, 2))])
    assert audit.state == "caution"
    assert audit.numbers["across_classes"] == 1
    assert "different classes" in audit.verdict


def test_a_cohort_of_many_copies_is_smaller_than_it_looks() -> None:
    rows = make_rows((10, 0, 10, 0, 10))
    folds = (Fold(train=tuple(range(10, 30)), test=tuple(range(10))),)
    some, many = (1, 2), (1, 2, 3, 4, 5)
    assert audit_duplicates(rows, GROUPING, folds, [DuplicateGroup(rows=some)]).state == "passed"
    audit = audit_duplicates(rows, GROUPING, folds, [DuplicateGroup(rows=many)])
    assert audit.state == "caution"
    assert audit.verdict.startswith(f"4 of {len(rows)} images repeat another one")
