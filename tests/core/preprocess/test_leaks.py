"""No string and no ink that names a patient survives: many screens, then each known leak of other tools."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livernet.cli.app import run
from livernet.core.phantom.plan import Quota
from livernet.core.phantom.screens.folder import write_screens
from livernet.core.phantom.screens.header_dicom import paper_of
from livernet.core.preprocess.geometry import mask_to_square, picture_to_square
from tests.benchmarks.known import Known, Written, ink_in, match, read_quarantine, read_truth, read_written
from tests.benchmarks.naive import LEGIBLE, TOOLS, kept_by, leaked_texts
from tests.benchmarks.tokens import HAS_TESSERACT, embedded_pictures, read_text, search_bytes, tokens_in
from tests.core.phantom.screens.samples import guest
from tests.core.preprocess.leak_files import CONSOLE, screen_and_overlay, write_leaks, write_named_later

WHO = guest(CONSOLE).who
MANY = Quota(patients=(2, 2, 2, 2, 2), images=(4, 3, 3, 3, 3))
needs_tesseract = pytest.mark.skipif(not HAS_TESSERACT, reason="tesseract is not installed (apt)")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One call of the command and what is known of its input."""

    out: Path
    known: dict[str, Known]
    quarantine: dict[str, str]
    squares: dict[str, list[Written]]

    def of(self, name: str) -> list[Written]:
        return self.squares.get(self.known[name].document["file"], [])

    @property
    def tokens(self) -> list[str]:
        return sorted({token for item in self.known.values() for token in item.document["tokens"]})


def prepared(raw: Path, known: dict[str, Known], *options: str) -> Run:
    out, map_file = raw.parent / "out", raw.parent / "map.csv"
    key = ("--id-key", str(raw.parent / "key"))
    places = ("--quarantine-map", str(map_file), *key)
    assert run(["preprocess", str(raw), str(out), "--workers", "1", *places, *options]) == 0
    quarantine = read_quarantine(map_file)
    kept = [item for item in known.values() if item.document["file"] not in quarantine]
    return Run(out=out, known=known, quarantine=quarantine, squares=match(kept, read_written(out)))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Run:
    raw = tmp_path_factory.mktemp("many") / "raw"
    write_screens(raw, 1004, MANY)
    return prepared(raw, {item.document["file"]: item for item in read_truth(raw)})


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> Run:
    raw = tmp_path_factory.mktemp("leaks") / "raw"
    return prepared(raw, write_leaks(raw))


def test_every_screen_is_accounted_for_and_none_is_let_through(many: Run) -> None:
    for file, item in many.known.items():
        assert (file in many.quarantine) != bool(many.squares.get(file)), file
        if item.document["expected"] == "quarantined":
            assert file in many.quarantine, (item.document["mode"], item.document["carries"])
    good = [file for file, item in many.known.items() if item.document["expected"] == "written"]
    assert sum(bool(many.squares.get(file)) for file in good) >= 0.6 * len(good)


def test_no_token_is_left_in_any_byte(many: Run, leaks: Run) -> None:
    for done in (many, leaks):
        assert len(done.tokens) > 20
        assert search_bytes(done.out, done.tokens) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,김민서\n")
    (tmp_path / "b.bin").write_bytes("kim minseo".encode("utf-16-le"))
    (tmp_path / "c.html").write_text('<img src="data:image/png;base64,S0lNIE1JTlNFTw==">')
    Image.new("L", (4, 4)).save(tmp_path / "d.png", dpi=(72, 72))
    hits = search_bytes(tmp_path, ["김민서", "KIM MINSEO"])
    assert {hit.split()[-1] for hit in hits} == {"a.csv", "b.bin", "c.html", "d.png"}


def test_no_ink_of_patient_text_lies_in_what_was_kept(many: Run) -> None:
    for file, squares in many.squares.items():
        item = many.known[file]
        for square in squares:
            shown = square.kept() & ~square.painted()
            legible = [mark["kind"] for mark in item.texts() if _share(mark, shown) >= LEGIBLE]
            assert legible == [], (item.document["console"], legible)


def _share(mark: dict, area: np.ndarray) -> float:
    ink, of = ink_in(mark, area)
    return ink / max(1, of)


@needs_tesseract
def test_tesseract_reads_no_token_in_squares_and_thumbnails(many: Run, leaks: Run) -> None:
    for done in (many, leaks):
        for file, squares in done.squares.items():
            tokens = next(i.document["tokens"] for i in done.known.values() if i.document["file"] == file)
            for square in squares:
                assert tokens_in(read_text(square.image_SS), tokens) == []
    pages = sorted(leaks.out.glob("review*.html"))
    assert pages
    for picture in (picture for page in pages for picture in embedded_pictures(page)):
        assert tokens_in(read_text(picture, 3.0), leaks.tokens) == []


@needs_tesseract
def test_tesseract_does_read_the_raw_screens(leaks: Run) -> None:
    item = leaks.known["plain"]
    assert tokens_in(read_text(item.screen), item.document["tokens"])


@pytest.mark.parametrize("name", ["rectangle corners", "rectangle corners by tag"])
def test_rectangle_corners(leaks: Run, name: str) -> None:
    item = leaks.known[name]
    assert leaked_texts(item, kept_by(TOOLS[0], item)), "a rectangle keeps the name in its corner"
    (square,) = leaks.of(name)
    assert not any(ink_in(mark, square.kept())[0] for mark in item.texts())


def test_dual_screens_are_split_and_never_joined(leaks: Run) -> None:
    first, second = leaks.of("dual")
    assert not (first.kept() & second.kept()).any()
    patients = {row["patient"] for row in _manifest(leaks) if row["image"] in {first.name, second.name}}
    assert len(patients) == 1


def test_files_without_a_suffix_are_not_passed_over(leaks: Run) -> None:
    assert len(leaks.of("no suffix")) == 1


def test_frames_after_the_first(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_named_later(raw)
    done = tmp_path / "out"
    places = ("--quarantine-map", str(tmp_path / "map.csv"))
    run(["preprocess", str(raw), str(done), "--frames", "all", "--workers", "1", *places])
    frames = [square.record["frame"] for square in read_written(done)] if done.is_dir() else []
    assert set(frames) <= {0}


@pytest.mark.parametrize("name", ["nested", "icon", "overlay", "private"])
def test_what_a_header_hides_does_not_come_along(leaks: Run, name: str) -> None:
    content = leaks.known[name].path.read_bytes()
    assert WHO.number.encode() in content
    (square,) = leaks.of(name)
    png = (leaks.out / square.name).read_bytes()
    assert search_bytes(leaks.out, [WHO.number, WHO.name, WHO.hangul]) == []
    assert b"tEXt" not in png
    assert square.image_SS.ndim == 2


def test_overlays_are_not_drawn_into_the_picture(leaks: Run) -> None:
    grey, overlay = screen_and_overlay(leaks.known["overlay"])
    (square,) = leaks.of("overlay")
    rows, columns = grey.shape[0] // 2, (grey.shape[1] - overlay.shape[1]) // 2
    there = np.zeros(grey.shape, bool)
    there[rows : rows + overlay.shape[0], columns : columns + overlay.shape[1]] = overlay
    assert (there & square.kept()).sum() > 0.9 * overlay.sum() > 100
    bare = picture_to_square(np.where(square.kept(), grey, np.uint8(0)), square.geometry)
    under = (mask_to_square(there, square.geometry) > 0) & ~square.marker_SS
    np.testing.assert_array_equal(square.image_SS[under], bare[under])


def test_ids_are_no_plain_hash_of_the_patients(leaks: Run) -> None:
    patients = {row["patient"] for row in _manifest(leaks)}
    plain = {
        hashlib.new(kind, text.encode()).hexdigest()
        for kind in ("md5", "sha1", "sha256", "sha512")
        for text in (WHO.number, WHO.name, f"{WHO.number}\n", f"patient\0{WHO.number}")
    }
    for patient in patients:
        assert not any(patient[1:] in digest for digest in plain)


@pytest.mark.parametrize("field", ["station", "description", "serial", "accession", "physician"])
def test_equipment_and_study_are_not_kept(leaks: Run, field: str) -> None:
    value = getattr(paper_of(WHO), field)
    assert value.encode() in leaks.known["plain"].path.with_name("XQ7_nested.dcm").read_bytes()
    assert search_bytes(leaks.out, [value]) == []


def test_ringing_of_bright_text_beside_the_picture(leaks: Run) -> None:
    item, (square,) = leaks.known["ringing"], leaks.of("ringing")
    geometry, kept = square.geometry, square.kept()
    x0, y0, x1, y1 = geometry.box
    left, top, right, bottom = geometry.placed
    back = Image.fromarray(square.image_SS[top:bottom, left:right]).resize((x1 - x0, y1 - y0))
    away = ~kept[y0:y1, x0:x1]
    for _ in range(4):  # the border itself is blended by the resizing
        away &= np.roll(away, 1, 0) & np.roll(away, -1, 0) & np.roll(away, 1, 1) & np.roll(away, -1, 1)
    assert away.any()
    assert not np.asarray(back)[away].any()
    touching = [mark for mark in item.texts() if ink_in(mark, np.ones(item.shape, bool))[1]]
    assert not any(_share(mark, kept) > 0.02 for mark in touching)


@pytest.mark.parametrize("form", [WHO.hangul, f"{WHO.hangul[0]}^{WHO.hangul[1:]}", WHO.hangul[1:]])
def test_hangul_names(leaks: Run, form: str) -> None:
    assert search_bytes(leaks.known["folder"].path.parents[1], [form])
    assert search_bytes(leaks.out, [form]) == []


def test_names_of_files_and_folders(leaks: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    parts = [WHO.hangul, WHO.number, WHO.name.replace(" ", "_"), WHO.birth]
    names = [path.relative_to(leaks.out).as_posix() for path in leaks.out.rglob("*")]
    assert not [name for name in names for part in parts if part in name]
    source = leaks.known["folder"].path
    copy = tmp_path / "raw" / source.parent.name / source.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(source.read_bytes())
    (copy.parent / f"{WHO.number}.dcm").write_bytes(b"no picture")
    out, map_file = str(tmp_path / "out"), str(tmp_path / "map.csv")
    run(["preprocess", str(tmp_path / "raw"), out, "--workers", "0", "--quarantine-map", map_file])
    printed = "".join(capfd.readouterr())
    assert not [part for part in parts if part in printed]


def test_thumbnail_and_description_in_an_exif_block(leaks: Run) -> None:
    assert WHO.hangul.encode() in leaks.known["exif"].path.read_bytes()
    (square,) = leaks.of("exif")
    image = Image.open(leaks.out / square.name)
    assert image.info == {}
    assert dict(image.getexif()) == {}


def _manifest(done: Run) -> list[dict[str, str]]:
    return list(csv.DictReader((done.out / "manifest.csv").read_text(encoding="utf-8").splitlines()))
