import pytest

from livernet.core.errors import FaultsError
from livernet.core.preprocess.cohort.verdicts import Decided, check_not_back, merge
from livernet.core.preprocess.review.decisions import Decisions, read_decisions

EARLIER = [Decided("P1_01", "reject", "1", "2", ""), Decided("Q0123456789", "admit", "1", "3", "P7_01")]


def newest(tmp_path, *rows: str) -> Decisions:
    path = tmp_path / "d.csv"
    path.write_text("item,verdict\n" + "".join(f"{row}\n" for row in rows))
    return read_decisions(path)


def test_later_rounds_add_to_earlier_ones(tmp_path):
    verdicts = merge(EARLIER, newest(tmp_path, "P2_01,reject", "P3_01,accept"))
    assert verdicts.changed
    assert verdicts.rejects("images/P1_01.png")
    assert verdicts.rejects("images/P2_01.png")
    assert not verdicts.rejects("images/P3_01.png")
    assert verdicts.admitted == {"Q0123456789"}
    rows = verdicts.rows({"Q0123456789": ["P7_01", "P7_02"]})
    assert [(one.item, one.round, one.row) for one in rows] == [
        ("P1_01", "1", "2"), ("P2_01", "2", "2"), ("P3_01", "2", "3"), ("Q0123456789", "1", "3"),
    ]  # fmt: skip
    assert rows[-1].images == "P7_01 P7_02"


def test_a_decision_is_undone_by_another_one_alone(tmp_path):
    assert not merge(EARLIER, newest(tmp_path, "P1_01,accept")).rejects("images/P1_01.png")
    assert not merge(EARLIER, newest(tmp_path, "P1_01,reject")).changed
    assert not merge(EARLIER, None).changed


def test_what_is_not_there_is_a_fault(tmp_path):
    verdicts = merge([], newest(tmp_path, "P1_01,reject", "Q0123456789_f003,admit"))
    verdicts.check(["images/P1_01.png"], ["Q0123456789_f003"], gone=False)
    with pytest.raises(FaultsError, match="2 faults"):
        verdicts.check([], [], gone=False)


def test_rejected_again_is_fine_where_the_image_is_gone(tmp_path):
    verdicts = merge(EARLIER, newest(tmp_path, "P1_01,reject"))
    verdicts.check([], [], gone=True)
    check_not_back(verdicts, EARLIER)
    assert verdicts.rejects("images/P1_01.png")


def test_accepted_again_is_not(tmp_path):
    verdicts = merge(EARLIER, newest(tmp_path, "P1_01,accept"))
    with pytest.raises(FaultsError, match="accepts what is gone") as caught:
        check_not_back(verdicts, EARLIER)
    assert "'P1_01' was rejected in an earlier round and is gone" in caught.value.faults
