from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.core.data.prepared import pixel_hash, read_grey
from livernet.core.errors import ConfigError, FaultsError
from livernet.core.infer.scans import Abstained, Scan, find_scans, load_scan, preprocess_settings
from livernet.core.preprocess.settings import PreprocessConfig
from tests.tiny_cohort import SIDE, make_cohort
from tests.tiny_screen import write_screen

SETTINGS = PreprocessConfig(size=512)


def test_a_folder_is_searched_in_order_without_masks_and_other_files(tmp_path: Path) -> None:
    for name in ("b.png", "a/z.png", "masks/b.png", "masks_b/z.png", ".hidden/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        Image.new("L", (4, 4)).save(tmp_path / name)
    (tmp_path / "labels.csv").write_text("file,patient,stage\n")
    (tmp_path / "no_suffix").write_bytes((tmp_path / "b.png").read_bytes())
    scans = find_scans([tmp_path])
    assert [file.path.relative_to(tmp_path).as_posix() for file in scans.files] == [
        "a/z.png",
        "b.png",
        "no_suffix",
    ]
    assert scans.cohort is None


def test_equal_stems_get_a_number_and_a_file_named_twice_is_answered_once(tmp_path: Path) -> None:
    paths = []
    for name in ("a/scan.png", "b/Scan.png", "b/scan.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (4, 4)).save(tmp_path / name, format="PNG")
        paths.append(tmp_path / name)
    scans = find_scans([*paths, paths[0]])
    assert [file.stem for file in scans.files] == ["scan", "Scan-2", "scan-3"]
    assert [file.name for file in scans.files] == ["scan", "Scan-2", "scan-3"]


def test_all_that_is_missing_or_empty_is_listed(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FaultsError, match="some scans cannot be found") as caught:
        find_scans([tmp_path / "empty", tmp_path / "gone.png"])
    assert [fault.rsplit("/", 1)[1] for fault in caught.value.faults] == [
        "empty: holds no picture (PNG, JPEG, TIFF, BMP or DICOM)",
        "gone.png: does not exist",
    ]
    with pytest.raises(FaultsError, match=r"gone\.png: does not exist"):
        find_scans([tmp_path / "gone.png"])


@pytest.mark.parametrize("named", ["", "manifest.csv"])
def test_a_cohort_keeps_its_rows_and_masks(tmp_path: Path, named: str) -> None:
    cohort = make_cohort(tmp_path)
    scans = find_scans([tmp_path / named])
    assert scans.cohort == cohort
    assert [(file.name, file.stem, file.row) for file in scans.files] == [
        (row.image, Path(row.image).stem, row) for row in cohort.rows
    ]
    scan = load_scan(scans.files[2], SETTINGS, frozenset())
    assert isinstance(scan, Scan)
    assert scan.geometry is None
    np.testing.assert_array_equal(scan.image_SS, read_grey(tmp_path / "images/02-0.png"))
    np.testing.assert_array_equal(scan.expert_SS, read_grey(tmp_path / "masks/02-0.png") == 255)


def test_a_cohort_is_named_alone(tmp_path: Path) -> None:
    make_cohort(tmp_path / "out")
    with pytest.raises(ConfigError, match="cannot be mixed with other scans"):
        find_scans([tmp_path / "out", tmp_path / "out/images/00-0.png"])


def test_a_screenshot_is_prepared_with_the_way_back(tmp_path: Path) -> None:
    write_screen(tmp_path / "screen.png")
    scan = load_scan(find_scans([tmp_path / "screen.png"]).files[0], SETTINGS, frozenset())
    assert isinstance(scan, Scan), scan
    assert scan.image_SS.shape == (512, 512)
    assert scan.geometry is not None
    assert scan.geometry.source == (360, 480)
    assert scan.expert_SS is None


def test_a_prepared_picture_is_taken_as_it_is(tmp_path: Path) -> None:
    write_screen(tmp_path / "screen.png")
    first = load_scan(find_scans([tmp_path / "screen.png"]).files[0], SETTINGS, frozenset())
    assert isinstance(first, Scan), first
    Image.fromarray(first.image_SS).save(tmp_path / "prepared.png")
    again = load_scan(find_scans([tmp_path / "prepared.png"]).files[0], SETTINGS, frozenset())
    assert isinstance(again, Scan), again
    assert again.geometry is not None
    assert again.geometry.box == (0, 0, 512, 512)
    np.testing.assert_array_equal(again.image_SS, first.image_SS)


def test_a_training_picture_is_recognised_even_where_it_does_not_look_prepared(tmp_path: Path) -> None:
    make_cohort(tmp_path)
    file = find_scans([tmp_path / "images/00-0.png"]).files[0]
    pixels = read_grey(file.path)
    known = load_scan(file, SETTINGS, frozenset({pixel_hash(pixels)}))
    assert isinstance(known, Scan)
    np.testing.assert_array_equal(known.image_SS, pixels)
    assert known.image_SS.shape == (SIDE, SIDE)


def test_a_scan_that_cannot_be_used_abstains_without_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "KIM_CHULSOO"
    folder.mkdir()
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (folder / "text.png").write_text("hello")
    Image.new("L", (300, 300), 0).save(folder / "black.png")
    for name in ("cut.png", "text.png", "black.png"):
        said = load_scan(find_scans([folder / name]).files[0], SETTINGS, frozenset())
        assert isinstance(said, Abstained)
        assert said.name == name.removesuffix(".png")
        assert said.reason
        assert said.remedy
        assert "KIM" not in said.reason + said.remedy


def test_a_damaged_cohort_image_or_mask_abstains(tmp_path: Path) -> None:
    make_cohort(tmp_path)
    (tmp_path / "images/00-0.png").write_bytes(b"x")
    Image.new("L", (32, 32)).save(tmp_path / "masks/01-0.png")
    said = [load_scan(file, SETTINGS, frozenset()) for file in find_scans([tmp_path]).files]
    assert [isinstance(one, Abstained) for one in said] == [True, True, False, False, False, False]
    assert isinstance(said[1], Abstained)
    assert "its mask is 32 pixels wide, the picture 64" in said[1].reason


def test_settings_come_from_the_model_file() -> None:
    assert preprocess_settings({"size": 256, "fit": "stretch", "from_the_future": 1}) == PreprocessConfig(
        size=256, fit="stretch"
    )
    assert preprocess_settings({}) == PreprocessConfig()


def test_a_long_name_leaves_room_for_the_names_of_its_files(tmp_path: Path) -> None:
    for name in ("a" * 251 + ".png", "a" * 250 + "b.png", "\uac04" * 83 + ".png"):
        write_screen(tmp_path / name)
    stems = [file.stem for file in find_scans([tmp_path]).files]
    assert stems == ["a" * 230, "a" * 230 + "-2", "\uac04" * 76]
