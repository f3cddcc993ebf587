from pathlib import Path

import pytest

from livernet.core.data.manifest import Row, find_cohort, load_manifest, write_manifest
from livernet.core.errors import DataError, FaultsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "m.png"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def write(folder: Path, *lines: str, header: str = "image,patient,stage,mask") -> None:
    (folder / "manifest.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")


def test_round_trip(folder: Path) -> None:
    rows = [
        Row(image="a.png", patient="p1", stage=0, mask="m.png", site="s", extras={"age": "61"}),
        Row(image="b.png", patient="p2", view="intercostal"),
    ]
    write_manifest(folder, rows)
    cohort = load_manifest(folder)
    assert cohort.rows == tuple(rows)
    assert cohort.patients == ("p1", "p2")
    facts = cohort.facts()
    assert (facts["images"], facts["patients"], facts["masks"], facts["stages"]) == (
        2,
        2,
        1,
        {"": 1, "F0": 1},
    )
    assert len(cohort.sha256) == 64
    assert (folder / "manifest.csv").read_text().splitlines()[0] == (
        "image,patient,stage,mask,mask_b,site,scanner,view,age"
    )


def test_any_other_column_is_dropped(folder: Path) -> None:
    write(folder, "a.png,p,F1,,Kim", header="image,patient,stage,mask,name")
    assert load_manifest(folder).rows == (Row(image="a.png", patient="p", stage=1),)


def test_all_faults_at_once(folder: Path) -> None:
    write(
        folder,
        "a.png,p1,F7,",
        "a.png,,F1,",
        "c.png,p2,F1,../m.png",
        "/etc/passwd,p2,F2,",
        ",p3,,",
    )
    with pytest.raises(FaultsError, match=r"manifest\.csv: 8 faults") as caught:
        load_manifest(folder)
    assert caught.value.faults == (
        "row 2: stage 'F7' is not one of F0, F1, F2, F3, F4 or empty",
        "row 3: patient is empty",
        "row 4: image 'c.png' does not exist",
        "row 4: mask '../m.png' leaves the cohort's folder",
        "row 5: image '/etc/passwd' leaves the cohort's folder",
        "row 6: image is empty",
        "row 3: image 'a.png' is listed twice",
        "row 5: patient 'p2' has stage F2 here and F1 above",
    )


@pytest.mark.parametrize(
    "content", [b"", b"image,patient,stage\n", b"image,patient\na.png,p\n", b"\xff\xfe\x00"]
)
def test_no_manifest_at_all(folder: Path, content: bytes) -> None:
    (folder / "manifest.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"manifest\.csv: (no column|is not UTF-8|has no rows)"):
        load_manifest(folder)


def test_find_cohort(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(DataError, match=r"\./out and the current folder: no manifest\.csv"):
        find_cohort(None)
    with pytest.raises(DataError, match=r"elsewhere: no manifest\.csv"):
        find_cohort(Path("elsewhere"))
    write(folder, "a.png,p,F1,")
    assert find_cohort(None) == Path()
    assert find_cohort(Path("manifest.csv")) == Path()
    (folder / "out").mkdir()
    (folder / "out" / "manifest.csv").write_text("")
    assert find_cohort(None) == Path("out")


def test_duplicate_groups_are_written_where_there_are_any_and_read_back(folder: Path) -> None:
    rows = [Row(image="a.png", patient="p1", duplicate_group=12), Row(image="b.png", patient="p2")]
    write_manifest(folder, rows)
    assert load_manifest(folder).rows == tuple(rows)
    assert (folder / "manifest.csv").read_text().splitlines()[1] == "a.png,p1,,,,,,,12"
    for wrong in ("x", "-1", "1.5", "²"):
        write(folder, f"a.png,p,F1,,{wrong}", header="image,patient,stage,mask,duplicate_group")
        with pytest.raises(FaultsError) as caught:
            load_manifest(folder)
        assert caught.value.faults == (f"row 2: duplicate_group {wrong!r} is not a whole number",)


@pytest.mark.parametrize(
    ("column", "fine", "wrong"),
    [
        ("age", ("0", "61.5", "120"), ("-1", "121", "old", "nan", "inf")),
        ("bmi", ("5", "31.2", "100"), ("0", "101", "32000000", "?")),
        ("biopsy_interval_days", ("-30", "0", "3650"), ("-3651", "1e9", "soon")),
        ("sex", ("anything",), ()),
    ],
)
def test_implausible_numbers_are_faults(
    folder: Path, column: str, fine: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    for text in fine:
        write(folder, f"a.png,p,F1,{text}", header=f"image,patient,stage,{column}")
        assert load_manifest(folder).rows[0].extras == {column: text}
    for text in wrong:
        write(folder, f"a.png,p,F1,{text}", header=f"image,patient,stage,{column}")
        with pytest.raises(FaultsError) as caught:
            load_manifest(folder)
        (fault,) = caught.value.faults
        assert fault.startswith(f"row 2: {column} {text!r} is not a number between ")


def test_a_cohort_is_a_phantom_where_every_image_is(folder: Path) -> None:
    both = "image,patient,stage,scanner"
    write(folder, "a.png,p,F1,Skin A phantom", "b.png,q,F1,Phantom B", header=both)
    assert load_manifest(folder).is_phantom
    write(folder, "a.png,p,F1,CIRS phantom", "b.png,q,F1,Aixplorer", header=both)
    assert (load_manifest(folder).phantoms, load_manifest(folder).is_phantom) == (1, False)
