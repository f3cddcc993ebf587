"""Atomic writes: a file is there whole, or not at all."""

import csv
import hashlib
import io
import json
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livernet.core.errors import OutputError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula, in either width."""
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?", re.IGNORECASE)

UNFINISHED = ".writing-"
"""What the names of files and folders start with until they are whole; a power cut may leave one behind."""


def write_bytes(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write ``content`` to ``path`` by way of a temporary file in the same folder, fsync and rename.

    Args:
        path: the file.
        content: its bytes.
        private: whether its owner alone may read it, from the first moment on.

    Raises:
        OutputError: no access, the disk is full, or the folder cannot be made.
    """
    write_together({path: content}, private=private)


def write_together(contents: Mapping[Path, bytes], *, private: bool = False) -> None:
    """Write several files that belong together: none takes its name before all are on the disk.

    Args:
        contents: path to bytes.
        private: whether their owner alone may read them.

    Raises:
        OutputError: no access, the disk is full, or a folder cannot be made.
    """
    _write({path: (content,) for path, content in contents.items()}, private=private)


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file chunk by chunk, atomically, without holding it in memory.

    Raises:
        OutputError: no access, the disk is full, or the folder cannot be made.
    """
    _write({path: chunks}, private=False)


def check_writable(path: Path) -> None:
    """Make sure that a file can be written at ``path``, before the work whose result it is to hold.

    Raises:
        OutputError: no access, the disk is full, or the folder cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent, prefix=UNFINISHED) as stream:
            stream.write(b"x")
    except OSError as error:
        raise _unwritable(path, error) from error


def write_scratch(path: Path, content: bytes) -> None:
    """Write without waiting for the disk: for files whose hash is checked before they are used.

    Raises:
        OutputError: no access, or the disk is full.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritable(path, error) from error


def flush() -> None:
    """Wait until all that was written is on the disk, where the system can say so."""
    if hasattr(os, "sync"):
        os.sync()


def is_vacant(path: Path) -> bool:
    """Whether nothing is at ``path``, or a folder with nothing in it but what a killed write left behind."""
    if not path.exists():
        return True
    return path.is_dir() and all(entry.name.startswith(UNFINISHED) for entry in path.iterdir())


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, atomically; bytes of a file name that are no text appear as ``\\udc..``."""
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_json(path: Path, document: Any) -> None:
    """Write ``document`` as indented JSON, atomically; a NaN in it is a programming error and raises."""
    write_bytes(path, json_bytes(document))


def json_bytes(document: Any) -> bytes:
    """What :func:`write_json` writes."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode(errors="backslashreplace")


def read_json(path: Path) -> Any:
    """The document that a JSON file holds.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not JSON as the standard has it: NaN and bottomless nesting are refused.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, private: bool = False
) -> None:
    """Write a header and rows as comma-separated UTF-8 with ``\\n`` line ends, atomically.

    A cell of text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([inert(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    write_bytes(path, buffer.getvalue().encode(errors="backslashreplace"), private=private)


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a number stays what it is."""
    if not text.startswith(FORMULA_STARTS) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def write_png(path: Path, grey_HW: NDArray[np.uint8]) -> None:
    """Write a uint8 (H, W) array as an 8-bit grey PNG without any metadata, atomically."""
    write_bytes(path, png_bytes(grey_HW))


def png_bytes(grey_HW: NDArray[np.uint8]) -> bytes:
    """What :func:`write_png` writes.

    Every row is filtered by "Sub" (PNG specification, 9.2) and packed by run-length coding, which suit
    speckle: as small as the search for the best filter and match, in a sixth of its time.
    """
    height, width = grey_HW.shape
    rows_HW = np.empty((height, width + 1), dtype=np.uint8)
    rows_HW[:, :1], rows_HW[:, 1:2] = 1, grey_HW[:, :1]
    np.subtract(grey_HW[:, 1:], grey_HW[:, :-1], out=rows_HW[:, 2:])
    packer = zlib.compressobj(strategy=zlib.Z_RLE)
    packed = packer.compress(rows_HW.data) + packer.flush()
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _write(contents: Mapping[Path, Iterable[bytes]], *, private: bool) -> None:
    staged: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, chunks in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
            staged.append((Path(temporary), path))
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(chunks)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(0o600 if private else 0o644)
        for whole, path in staged:
            whole.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        for temporary_file, _ in staged:
            temporary_file.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written ({error.strerror or error})",
        "free disk space, or choose a folder you may write to",
    )


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def sha256(content: bytes) -> str:
    """The SHA-256 of ``content`` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
