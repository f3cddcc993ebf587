from pathlib import Path

import pytest

from livernet.core.errors import DataError
from livernet.core.preprocess.cohort.labels import Label, compare, folder_labels, read_labels
from livernet.core.preprocess.cohort.sources import Source


def table(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_labels(path)


def test_reads_rows_and_extras(tmp_path):
    labels = table(
        tmp_path,
        "File,Patient,Stage,site,scanner,view,age,ward\n"
        "a.png,17,f2,Seoul,Miru Q2,liver,94,7\nsub\\b.png,18,,,,,,\n",
    )
    assert labels.faults == ()
    assert labels.dropped == ("ward",)
    first = labels.by_name["a.png"]
    assert (first.patient, first.stage, first.site, first.scanner, first.view) == (
        "17",
        2,
        "Seoul",
        "Miru Q2",
        "liver",
    )
    assert first.extras == {"age": "90"}
    assert labels.by_name["sub/b.png"].stage is None


def test_spreadsheet_byte_order_mark_and_hangul(tmp_path):
    labels = table(tmp_path, "\ufefffile,patient,stage\n김민수.png,1,F0\n".encode())
    assert list(labels.by_name) == ["김민수.png"]


def test_all_faults_at_once(tmp_path):
    labels = table(
        tmp_path,
        "file,patient,stage,age,etiology\na.png,1,F7,,\nb.png,,F1,old,\n,3,F1,,\na.png,1,F1,,\nc.png,4,F1,,"
        + 60 * "x"
        + "\nd.png,5,F1,,\ne.png,5,F2,,\n",
    )
    assert labels.faults == (
        "labels.csv row 2: stage 'F7' is not one of F0, F1, F2, F3, F4 or empty",
        "labels.csv row 3: patient is empty",
        "labels.csv row 3: age 'old' is not a number between 0 and 120",
        "labels.csv row 4: file is empty",
        "labels.csv row 5: 'a.png' is listed twice",
        "labels.csv row 6: etiology is longer than 48 characters",
        "labels.csv: patient '5' has stage F1 in 'd.png' and F2 in 'e.png'",
    )


def test_categories_are_inert(tmp_path):
    labels = table(tmp_path, 'file,patient,stage,view\na.png,1,F0,"=HYPERLINK(1)"\n')
    assert labels.by_name["a.png"].view == "HYPERLINK(1)"


def test_compare_names_both_sides(tmp_path):
    labels = table(tmp_path, "file,patient,stage\na.png,1,F0\nb.png,2,F1\n")
    assert compare(labels.by_name, {"a.png": "", "c.png": "", "d.png": "a pipe"}, "labels.csv") == [
        "labels.csv: 'b.png' is labelled but is not in the folder",
        "c.png: not in labels.csv; add a row, with an empty stage if it is not known",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file,stage\n", "no column patient"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("", "no column file, patient, stage"),
    ],
)
def test_unusable_table(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        table(tmp_path, content)


def test_absent_table(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "labels.csv")


def test_rows_that_a_comma_moved_are_faults(tmp_path):
    labels = table(tmp_path, "file,patient,stage,site,scanner\na.png,1,F0,Model, East,Miru\n")
    assert labels.faults == (
        "labels.csv row 2: 6 cells for 5 columns; put quotes around a cell that holds a comma",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("view", "88000725 lat"),
        ("scanner", "SN 0044112"),
        ("view", "lat 2019-03-11"),
        ("etiology", "see 1204a"),
        ("view", "1204-A"),
        ("view", "05/04/23"),
        ("view", "12 Apr 2023"),
        ("scanner", "880 007 25"),
        ("view", "٢٠٢٣٠٤٠٥"),
    ],
)
def test_categories_that_speak_of_a_person_are_faults(tmp_path, column, value):
    path = tmp_path / "labels.csv"
    path.write_text(f"file,patient,stage,{column}\na.png,1204A,F1,{value}\n")
    (fault,) = read_labels(path).faults
    assert f"{column} {value!r} looks like a number, date or id of a person" in fault


def test_a_column_of_names_is_no_category(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "file,patient,stage,view\n" + "".join(f"{k}.png,p{k},F1,view {chr(97 + k)}\n" for k in range(14))
    )
    (fault,) = read_labels(path).faults
    assert "view has 14 values for 14 patients: it is no category" in fault


def test_sex_is_one_letter(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,patient,stage,sex\na.png,1,F1,female\nb.png,2,F1,KIM\n")
    labels = read_labels(path)
    assert labels.by_name["a.png"].extras == {"sex": "F"}
    assert any("sex 'KIM' is none of" in fault for fault in labels.faults)


def test_one_patient_in_two_spellings_has_one_stage(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,patient,stage\na.png,김 7,F1\nb.png,\u1100\u1175\u11b7 7,F3\n", encoding="utf-8")
    assert any("has stage F1 in 'a.png' and F3 in 'b.png'" in fault for fault in read_labels(path).faults)


@pytest.mark.parametrize(
    "value", ["LOGIQ E9", "EPIQ 7G", "Aplio i800", "ACUSON S2000", "iU22 / C5-1", "Aplio 500"]
)
def test_scanners_are_no_persons(tmp_path, value):
    path = tmp_path / "labels.csv"
    path.write_text(f"file,patient,stage,scanner\na.png,7204,F1,{value}\n")
    labels = read_labels(path)
    assert labels.faults == ()
    assert labels.by_name["a.png"].scanner == value


def test_only_top_folders_named_after_stages_tell_stages():
    names = ("F0/a.png", "F4/kim/b.png", "F5/c.png", "more/F2/d.png", "F3.png", "f1/e.png")
    labels = folder_labels([Source(name=name, path=Path(name)) for name in names])
    assert labels == {"F0/a.png": Label(patient="", stage=0), "F4/kim/b.png": Label(patient="", stage=4)}
