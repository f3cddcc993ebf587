"""A folder of damaged, lying and hostile picture files, the same for the same seed.

Every file carries a name of a patient in its file name, pixels or header, so that a leak can be searched for.
"""

import io
import os
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom import uid

from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import screen
from tests.dicom_files import jpeg, jpeg_2000, native, packed, recoded, run_length

SHAPE = (240, 320)
FAN = Sector(apex=(160.0, -48.0), radii=(72.0, 262.0), angles=(-0.55, 0.55), box=(0.0, 0.0, 319.0, 239.0))
HANGUL = "김철수"
TOKENS = (
    "KIMCHULSOO",
    "PARKSOOJIN",
    "TK77001",
    unicodedata.normalize("NFC", HANGUL),
    unicodedata.normalize("NFD", HANGUL),
)
"""What may not be found in anything written, in UTF-8 or UTF-16."""
VANISHING = "zz_vanishes_TK77001"
"""What the names of files start with that a test takes away while they are read."""

_SHORT = struct.Struct("<H")
_ELEMENTS = (0x02, 0x06, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103)
"""Samples, planes, rows, columns, bits allocated and stored, high bit, sign; all of group 0028."""


@cache
def screens() -> tuple[NDArray[np.uint8], ...]:
    """Three console pictures with a name on them that would be accepted, uint8 (240, 320)."""
    return tuple(screen(FAN, shape=SHAPE, seed=seed) for seed in range(3))


def good_files(folder: Path) -> dict[str, bytes]:
    """Whole files in every format, by a name for each; DICOM is written by way of the folder."""
    first, second, third = screens()
    colour = np.repeat(first[..., None], 3, axis=2)
    info = PngInfo()
    info.add_text("Patient", "PARKSOOJIN")
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "PARKSOOJIN", 1
    files = {
        "grey.png": _saved(first, "PNG", pnginfo=info),
        "colour.png": _saved(colour, "PNG", exif=exif),
        "photo.jpg": _saved(colour, "JPEG", quality=92, exif=exif, comment=b"PARKSOOJIN"),
        "plain.tif": _saved(second, "TIFF", exif=exif),
        "packed.tif": _saved(second, "TIFF", compression="tiff_lzw"),
        "plain.bmp": _saved(third, "BMP"),
    }
    names = {"PatientName": "PARKSOOJIN", "PatientID": "TK77001", "InstitutionName": "PARKSOOJIN"}
    loop = np.stack([first, second, third])
    frames = [jpeg(frame) for frame in loop]
    table = (np.arange(256, dtype=np.uint16) * 257).astype("<u2").tobytes()
    palette = {f"{name}PaletteColorLookupTableData": table for name in ("Red", "Green", "Blue")}
    palette |= {f"{name}PaletteColorLookupTableDescriptor": [256, 0, 16] for name in ("Red", "Green", "Blue")}
    path = folder / "made.dcm"
    makers: dict[str, Callable[[], Path]] = {
        "implicit.dcm": lambda: native(path, first, syntax=uid.ImplicitVRLittleEndian, **names),
        "explicit.dcm": lambda: native(path, colour, "RGB", **names),
        "palette.dcm": lambda: native(path, second, "PALETTE COLOR", **names, **palette),
        "deflated.dcm": lambda: native(path, third, syntax=uid.DeflatedExplicitVRLittleEndian, **names),
        "loop.dcm": lambda: native(path, loop, **names),
        "runs.dcm": lambda: run_length(path, second, "MONOCHROME2", **names),
        "jpegloop.dcm": lambda: packed(path, frames, loop, "MONOCHROME2", uid.JPEGBaseline8Bit, **names),
        "j2k.dcm": lambda: packed(
            path, [jpeg_2000(third)], third, "MONOCHROME2", uid.JPEG2000Lossless, **names
        ),
        "lossless.dcm": lambda: recoded(native(path, first, **names), uid.JPEGLosslessSV1),
        "jpegls.dcm": lambda: recoded(native(path, second, **names), uid.JPEGLSLossless),
    }
    for name, make in makers.items():
        try:
            files[name] = make().read_bytes()
        except ImportError:
            # without gdcm two encodings are left out
            continue
    path.unlink()
    return files


def write_mutations(raw: Path, outside: Path, total: int = 500, seed: int = 0) -> int:
    """Fill ``raw`` with ``total`` files and links; links lead to ``outside``, which holds good pictures.

    Returns:
        How many entries of ``raw`` a run must account for.
    """
    raw.mkdir(parents=True)
    outside.mkdir(parents=True)
    good = good_files(outside)
    (outside / "KIMCHULSOO_outside.png").write_bytes(good["grey.png"])
    rng = np.random.default_rng(seed)
    numbers = count()
    written = 0
    for name, content in (*good.items(), *_bombs(outside, good)):
        written += _write(raw / f"KIMCHULSOO_{next(numbers):03d}_{name}", content)
    written += _odd_names(raw, good)
    written += _links(raw, outside)
    for number in range(6):
        written += _write(raw / f"{VANISHING}_{number}.png", good["grey.png"])
    kinds = (_cut, _flip, _flip, _lie, _misname)
    for number in range(total - written):
        mutate = kinds[number % len(kinds)]
        base = list(good)[int(rng.integers(len(good)))]
        suffix, content = mutate(base, good[base], rng)
        written += _write(raw / f"KIMCHULSOO_{next(numbers):03d}{suffix}", content)
    return written


def _write(path: Path, content: bytes) -> int:
    path.write_bytes(content)
    return 1


def _saved(pixels: NDArray[np.generic], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=kind, **options)
    return buffer.getvalue()


def _cut(base: str, content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Cut short: anywhere, or within the header."""
    end = int(rng.integers(1, len(content) if rng.random() < 0.7 else 300))
    return Path(base).suffix, content[:end]


def _flip(base: str, content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """A few bits flipped: anywhere, or within the header."""
    damaged = bytearray(content)
    reach = len(content) if rng.random() < 0.5 else min(len(content), 1200)
    for place in rng.integers(reach, size=int(rng.integers(1, 20))):
        damaged[place] ^= 1 << int(rng.integers(8))
    return Path(base).suffix, bytes(damaged)


def _misname(base: str, content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Under the suffix of another format, under none, or with another format's first bytes."""
    suffix = str(rng.choice([".png", ".jpg", ".tif", ".bmp", ".dcm", "", ".PNG", ".ima", ".001"]))
    if rng.random() < 0.3:
        content = b"\x89PNG\r\n\x1a\n" + content[8:]
    return suffix, content if rng.random() < 0.9 else b""


def _lie(base: str, content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """One header value replaced by another that the format allows."""
    value = int(rng.choice([0, 1, 2, 3, 7, 12, 16, 32, 255, 319, 641, 4000, 32767, 65535]))
    damaged = bytearray(content)
    kind = Path(base).suffix
    if kind == ".png":
        where, code = ((16, ">I"), (20, ">I"), (24, "B"), (25, "B"), (28, "B"))[int(rng.integers(5))]
        struct.pack_into(
            code, damaged, where, value % 256 if code == "B" else value * int(rng.choice([1, 65000])) % 2**31
        )
        struct.pack_into(">I", damaged, 29, zlib.crc32(damaged[12:29]))
    elif kind == ".jpg":
        at = next(i for i in range(len(content)) if content[i : i + 2] == b"\xff\xc0")
        where, code = ((4, "B"), (5, ">H"), (7, ">H"), (9, "B"))[int(rng.integers(4))]
        struct.pack_into(code, damaged, at + where, value % 256 if code == "B" else value)
    elif kind == ".bmp":
        where, code = ((10, "<I"), (14, "<I"), (18, "<i"), (22, "<i"), (28, "<H"), (30, "<I"))[
            int(rng.integers(6))
        ]
        struct.pack_into(code, damaged, where, value)
    elif kind == ".tif":
        start = struct.unpack("<I", content[4:8])[0]
        entries = _SHORT.unpack_from(content, start)[0]
        struct.pack_into("<I", damaged, start + 2 + 12 * int(rng.integers(entries)) + 8, value)
    else:
        _lie_in_dicom(damaged, value, rng)
    return kind, bytes(damaged)


def _lie_in_dicom(damaged: bytearray, value: int, rng: np.random.Generator) -> None:
    if rng.random() < 0.25:
        # a name where a code is expected
        for code in (b"MONOCHROME2 ", b"PALETTE COLOR ", b"RGB "):
            at = damaged.find(code)
            if at >= 0:
                damaged[at : at + len(code)] = b"KIMCHULSOO     "[: len(code)]
                return
    element = struct.pack("<HH", 0x28, _ELEMENTS[int(rng.integers(len(_ELEMENTS)))])
    at = damaged.find(element)
    if at >= 0:
        # the value follows the tag by 8 bytes in implicit and in explicit encoding alike
        struct.pack_into("<H", damaged, at + 8, value)


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _bombs(folder: Path, good: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    def header(width: int, height: int) -> tuple[bytes, bytes]:
        return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    end = (b"IEND", b"")
    vast = zlib.compress(bytes(30_000_000), 9)
    yield "side.png", _png(header(65_000, 65_000), (b"IDAT", vast), end)
    yield "large.png", _png(header(9000, 9000), (b"IDAT", vast), end)
    yield "within.png", _png(header(320, 240), (b"IDAT", vast), end)
    yield "text.png", _png(header(320, 240), (b"zTXt", b"Comment\0\0" + vast), (b"IDAT", vast), end)
    yield "steps.png", _png(header(320, 240), (b"acTL", struct.pack(">II", 10**9, 0)), (b"IDAT", vast), end)
    tiff = bytearray(_saved(np.zeros(SHAPE, np.uint8), "TIFF", compression="tiff_adobe_deflate"))
    start = struct.unpack("<I", tiff[4:8])[0]
    for entry in range(_SHORT.unpack_from(tiff, start)[0]):
        at = start + 2 + 12 * entry
        if _SHORT.unpack_from(tiff, at)[0] in {256, 257, 278}:
            struct.pack_into("<HII", tiff, at + 2, 4, 1, 65_000)
    yield "side.tif", bytes(tiff)
    path = folder / "bomb.dcm"
    small = np.zeros((8, 8), np.uint8)
    huge = np.zeros((3000, 3000), np.uint8)
    for name, frame, syntax in (
        ("jpeg.dcm", jpeg(huge), uid.JPEGBaseline8Bit),
        ("j2k.dcm", jpeg_2000(huge), uid.JPEG2000Lossless),
        ("runs.dcm", b"\0" * 100_000, uid.RLELossless),
    ):
        yield name, packed(path, [frame], small, "MONOCHROME2", syntax).read_bytes()
    vast_set = native(path, np.zeros((9000, 9000), np.uint8), syntax=uid.DeflatedExplicitVRLittleEndian)
    yield "vast.dcm", vast_set.read_bytes()
    yield "claims.dcm", native(path, small, Rows=65_000, Columns=65_000).read_bytes()
    yield "frames.dcm", native(path, small, NumberOfFrames=2_000_000_000).read_bytes()
    path.unlink()
    yield "empty.png", b""
    yield "head.dcm", good["explicit.dcm"][:132]


def _odd_names(raw: Path, good: dict[str, bytes]) -> int:
    png, photo = good["grey.png"], good["photo.jpg"]
    names: list[str | bytes] = [
        "KIMCHULSOO\nnew line.png", 'KIMCHULSOO "quoted" \'name\'.png', "<script>KIMCHULSOO<script>.png",
        "=cmd|KIMCHULSOO!A0.png", "+KIMCHULSOO.png", "@KIMCHULSOO.png", "-KIMCHULSOO.png", "--quiet",
        "KIMCHULSOO\x1b[31m.png", "KIMCHULSOO\u202egnp.png", "KIMCHULSOO,;\t.png", "$(KIMCHULSOO).png",
        "%s%n.png", "KIMCHULSOO " + "x" * 185 + ".png", ("가나다" * 27) + ".png", "KIMCHULSOO.tar.png",
        "KIMCHULSOO. ", "KIMCHULSOO\\a.png", "same.png", "same.PNG", "same.jpg", "SAME.png", "same",
        unicodedata.normalize("NFC", HANGUL) + ".png", unicodedata.normalize("NFD", HANGUL) + ".png",
        b"KIMCHULSOO\xff\xfe.png", b"\xed\xa0\x80.png",
    ]  # fmt: skip
    written = 0
    for name in names:
        encoded = name if isinstance(name, bytes) else name.encode()
        path = Path(os.fsdecode(os.fsencode(raw) + b"/" + encoded))
        written += _write(path, photo if encoded.endswith(b".jpg") else png)
    for folder in ("PARKSOOJIN", "sub/PARKSOOJIN"):
        (raw / folder).mkdir(parents=True)
        written += _write(raw / folder / "same.png", png)
    (raw / "PARKSOOJIN" / "locked.png").write_bytes(png)
    (raw / "PARKSOOJIN" / "locked.png").chmod(0o444)
    (raw / "PARKSOOJIN" / "shut.png").write_bytes(png)
    (raw / "PARKSOOJIN" / "shut.png").chmod(0)
    return written + 2


def _links(raw: Path, outside: Path) -> int:
    (raw / "KIMCHULSOO_link_out.png").symlink_to(outside / "KIMCHULSOO_outside.png")
    (raw / "KIMCHULSOO_link_up.png").symlink_to(Path("..") / outside.name / "KIMCHULSOO_outside.png")
    (raw / "KIMCHULSOO_link_to_nothing.png").symlink_to(raw / "none.png")
    (raw / "KIMCHULSOO_link_to_itself.png").symlink_to(raw / "KIMCHULSOO_link_to_itself.png")
    (raw / "KIMCHULSOO_link_within.png").symlink_to("same.png")
    os.mkfifo(raw / "KIMCHULSOO_pipe.png")
    # a folder behind a link is not entered, but named
    (raw / "KIMCHULSOO_folder").symlink_to(outside)
    return 7
