from pathlib import Path

import pytest

from livernet.core.errors import DataError, FaultsError
from livernet.core.preprocess.review.decisions import NOTE_LENGTH, Decisions, clean_note, read_decisions

NEITHER = "is neither images/NAME.png nor a quarantine token (Q...); copy it from the sheet"


def decisions(tmp_path: Path, rows: str, header: str = "item,verdict,note") -> Decisions:
    path = tmp_path / "review-decisions.csv"
    path.write_text(f"{header}\n{rows}", encoding="utf-8")
    return read_decisions(path)


def faults(tmp_path: Path, rows: str) -> tuple[str, ...]:
    with pytest.raises(FaultsError, match=r"review-decisions\.csv: \d+ fault") as caught:
        decisions(tmp_path, rows)
    return caught.value.faults


def test_reads_the_three_verdicts_by_any_way_of_naming_an_image(tmp_path: Path) -> None:
    found = decisions(
        tmp_path,
        "images/P00000000aa_01.png,accept,\n P00000000aa_02 ,Reject,letters at the top\n"
        'P00000000aa_03.png,accept,\nQ0123456789,ADMIT,"seen, clean"\n',
    )
    assert {item: (d.verdict, d.note, d.row) for item, d in found.by_item.items()} == {
        "P00000000aa_01": ("accept", "", 2),
        "P00000000aa_02": ("reject", "letters at the top", 3),
        "P00000000aa_03": ("accept", "", 4),
        "Q0123456789": ("admit", "seen, clean", 5),
    }


@pytest.mark.parametrize("name", ["images/P1_01.png", "P1_01.png", "P1_01"])
def test_an_image_by_its_path_or_its_name(tmp_path: Path, name: str) -> None:
    assert set(decisions(tmp_path, f"{name},reject,\n").by_item) == {"P1_01"}


def test_the_note_column_is_optional(tmp_path: Path) -> None:
    assert decisions(tmp_path, "P1_01,accept\n", header="item,verdict").by_item["P1_01"].note == ""


def test_no_rows_are_no_decisions(tmp_path: Path) -> None:
    assert decisions(tmp_path, "").by_item == {}


def test_every_fault_is_named_at_once_with_row_value_rule_and_remedy(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        "P1_01,keep,\nP1_02,reject,\nimages/P1_02.png,reject,\nP1_03,admit,\nQ0123456789,reject,\n"
        "../x.png,reject,\n,accept,\nP1_04,,a note\nP1_05,accept,a,b\nmasks/P1_06.png,accept,\n",
    ) == (
        "row 10: 4 cells for 3 columns; put quotes around a cell that holds a comma",
        "row 2: 'P1_01': verdict 'keep' is unknown; write accept, reject or admit",
        "row 4: 'images/P1_02.png': is decided in row 3 already; keep one of the two rows",
        "row 5: 'P1_03': is an image; admit takes a quarantine token (Q...): write accept or reject",
        "row 6: 'Q0123456789': is a quarantine token; write admit, or leave the row out, instead of reject",
        f"row 7: '../x.png': {NEITHER}",
        "row 8: '': item is empty; write the name of an image or a quarantine token",
        "row 9: 'P1_04': verdict '' is unknown; write accept, reject or admit",
        f"row 11: 'masks/P1_06.png': {NEITHER}",
    )


def test_a_table_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match="no column item, verdict; its first line reads 'file,stage'"
    ) as caught:
        decisions(tmp_path, "a.png,F1\n", header="file,stage")
    assert "item,verdict,note" in caught.value.hint


def test_decisions_about_what_is_not_there_are_faults(tmp_path: Path) -> None:
    found = decisions(tmp_path, "P1_01,reject,\nP1_0l,reject,\nQ012345,admit,\nQ543210,admit,\n")
    with pytest.raises(FaultsError, match="2 faults") as caught:
        found.check(["images/P1_01.png"], ["Q012345"])
    assert caught.value.faults == (
        "row 3: 'P1_0l': no such image",
        "row 5: 'Q543210': no such token",
    )
    found.check(["P1_01", "P1_0l"], ["Q012345", "Q543210"])


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("'=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("'-2 mm", "-2 mm"),
        ("''=x", "'=x"),
        ("'＝1", "＝1"),
        ("=1", "=1"),
        ("'quoted'", "'quoted'"),
        ("  two\r\n lines\tand\x1b a\u2028 bell\x07 ", "two lines and a bell"),
        ("글자가 보임", "글자가 보임"),
        ("x" * 1000, "x" * NOTE_LENGTH),
    ],
)
def test_notes_are_one_printable_line_without_the_guarding_apostrophe(cell: str, note: str) -> None:
    assert clean_note(cell) == note
