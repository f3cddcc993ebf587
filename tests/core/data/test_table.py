from pathlib import Path

import pytest

from livernet.core.data.table import Table, read_table
from livernet.core.errors import DataError

NEEDED = ("file", "stage")


def table(tmp_path: Path, content: str | bytes) -> Table:
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, NEEDED, "name the columns")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_any_line_end_with_and_without_byte_order_mark(tmp_path: Path, end: str, mark: str) -> None:
    found = table(tmp_path, mark + end.join((" File ,STAGE", "a.png,F1", 'b.png,"F2, F3"')) + end)
    assert found.columns == ("file", "stage")
    assert found.rows == ((2, {"file": "a.png", "stage": "F1"}), (3, {"file": "b.png", "stage": "F2, F3"}))
    assert found.faults == ()


def test_a_quoted_cell_may_hold_line_breaks_of_every_kind(tmp_path: Path) -> None:
    found = table(tmp_path, 'file,stage\n"two\nlines\u2028.png",F1\n')
    assert found.rows == ((2, {"file": "two\nlines\u2028.png", "stage": "F1"}),)


def test_rows_without_text_are_left_out_and_the_others_keep_their_number(tmp_path: Path) -> None:
    found = table(tmp_path, "file,stage\n\n , ,,\na.png\n")
    assert found.rows == ((4, {"file": "a.png", "stage": ""}),)


def test_too_many_cells_are_a_fault(tmp_path: Path) -> None:
    found = table(tmp_path, "file,stage\na.png,F1,,\nKIM, A.png,F1\n")
    assert found.faults == ("row 3: 3 cells for 2 columns; put quotes around a cell that holds a comma",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file;stage\na.png;F1\n", "no column file, stage; its first line reads 'file;stage'"),
        ("", "no column file, stage; the file is empty"),
        ("file,stage,Stage\n", "the column stage is there twice"),
        ('file,stage\n"a.png,F1\n', "is not UTF-8 comma-separated text"),
        ("file,stage\n김.png,F1\n".encode("cp949"), "is not UTF-8 comma-separated text"),
        ("file,stage\n".encode("utf-16"), "is not UTF-8 comma-separated text"),
    ],
)
def test_unusable_table(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=rf"t\.csv: {message}"):
        table(tmp_path, content)


def test_absent_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path / "none.csv", NEEDED, "")
