"""Atomic writes: a file is there whole, or not at all."""

import csv
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livernet.core.errors import OutputError


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` by way of a temporary file in the same folder, fsync and rename.

    Raises:
        OutputError: no access, the disk is full, or the folder cannot be made.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror or error})",
            "free disk space, or choose a folder you may write to",
        ) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, atomically; bytes of a file name that are no text appear as ``\\udc..``."""
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_json(path: Path, document: Any) -> None:
    """Write ``document`` as indented JSON, atomically; a NaN in it is a programming error and raises."""
    write_text(path, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows as comma-separated UTF-8 with ``\\n`` line ends, atomically."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, buffer.getvalue())


def write_png(path: Path, grey_HW: NDArray[np.uint8]) -> None:
    """Write a uint8 (H, W) array as an 8-bit grey PNG without any metadata, atomically."""
    buffer = io.BytesIO()
    Image.fromarray(grey_HW, mode=None).save(buffer, format="PNG", compress_level=4)
    write_bytes(path, buffer.getvalue())


def sha256(content: bytes) -> str:
    """The SHA-256 of ``content`` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
