"""Looks for strings that name a patient: in the bytes of every file, and by reading the pictures."""

import base64
import io
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DATA_URI = re.compile(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")
_TEXT = {".csv", ".json", ".html", ".txt", ".toml", ".log", ".jsonl"}
_LEAST_TEXT, _LEAST_BINARY = 4, 6
"""Shorter tokens, in bytes, would be met by chance."""
_CHUNKS = {b"IHDR", b"IDAT", b"IEND"}
_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1", "!": "1", "s": "5", "b": "8", "z": "2"})

HAS_TESSERACT = shutil.which("tesseract") is not None


def search_bytes(folder: Path, tokens: list[str]) -> list[str]:
    """Where any token is found in a folder: names, contents, embedded pictures, PNG blocks; empty if nowhere.

    UTF-8 in both normal forms, UTF-16 in both orders and Latin-1 are searched, letters in either case.
    """
    wanted = {token: _spellings(token) for token in tokens}
    hits = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix().encode()
        hits += [
            f"{token!r} in the name {name!r}" for token, forms in wanted.items() if _found(name, forms, 4)
        ]
        if path.is_file():
            hits += _search_file(path, wanted)
    return hits


def _search_file(path: Path, wanted: dict[str, list[bytes]]) -> list[str]:
    content = path.read_bytes()
    least = _LEAST_TEXT if path.suffix in _TEXT else _LEAST_BINARY
    embedded = [base64.b64decode(found) for found in _DATA_URI.findall(content)]
    plain = _DATA_URI.sub(b"", content)
    hits = [f"{token!r} in {path.name}" for token, forms in wanted.items() if _found(plain, forms, least)]
    joined = b"\0".join(embedded)
    hits += [
        f"{token!r} in a picture within {path.name}"
        for token, forms in wanted.items()
        if _found(joined, forms, _LEAST_BINARY)
    ]
    if path.suffix == ".png" and not _chunk_names(content) <= _CHUNKS:
        hits.append(f"blocks {sorted(_chunk_names(content) - _CHUNKS)} in {path.name}")
    return hits


def _spellings(token: str) -> list[bytes]:
    forms = {unicodedata.normalize(form, token) for form in ("NFC", "NFD")}
    encoded = {form.lower().encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}
    return sorted(encoded)


def _found(content: bytes, forms: list[bytes], least: int) -> bool:
    lowered = content.lower()
    return any(form in lowered for form in forms if len(form) >= least)


def _chunk_names(content: bytes) -> set[bytes]:
    names, at = set(), 8
    while at + 8 <= len(content):
        names.add(content[at + 4 : at + 8])
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return names


def embedded_pictures(page: Path) -> list[NDArray[np.uint8]]:
    """The pictures within a page, grey."""
    found = _DATA_URI.findall(page.read_bytes())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(part))).convert("L")) for part in found]


def read_text(grey_HW: NDArray[np.uint8], scale: float = 2.0) -> str:
    """What tesseract reads, Korean and English, words anywhere on the picture."""
    image = Image.fromarray(grey_HW)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)
    with tempfile.NamedTemporaryFile(suffix=".png") as stream:
        image.save(stream, format="PNG", compress_level=1)
        stream.flush()
        command = ["tesseract", stream.name, "-", "-l", "kor+eng", "--psm", "11"]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return done.stdout


def tokens_in(text: str, tokens: list[str]) -> list[str]:
    """The tokens that stand in a read text, with room for letters that look alike and one misread in seven.

    Four Latin letters or digits at least, two syllables at least.
    """
    shown = _squeezed(text)
    found = []
    for token in tokens:
        form = _squeezed(token)
        least = 2 if re.search("[가-힣]", form) else 4
        if len(form) >= least and _distance_within(form, shown) <= len(form) // 7:
            found.append(token)
    return found


def _squeezed(text: str) -> str:
    lowered = unicodedata.normalize("NFC", text).lower().translate(_ALIKE)
    return re.sub("[^0-9a-z가-힣]", "", lowered)


def _distance_within(pattern: str, text: str) -> int:
    """The smallest edit distance of the pattern to any part of the text (Sellers 1980)."""
    column = list(range(len(pattern) + 1))
    best = column[-1]
    for letter in text:
        previous = 0
        for k, wanted in enumerate(pattern, 1):
            here = min(previous + (wanted != letter), column[k] + 1, column[k - 1] + 1)
            previous, column[k] = column[k], here
        best = min(best, column[-1])
    return best
