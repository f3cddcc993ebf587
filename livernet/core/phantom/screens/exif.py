"""An EXIF block with a description and a thumbnail, as some exporters write it (EXIF 2.3, TIFF 6)."""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DESCRIPTION, _ARTIST = 0x010E, 0x013B
_COMPRESSION, _OFFSET, _LENGTH = 0x0103, 0x0201, 0x0202


def exif_block(screen_HW3: NDArray[np.uint8], text: str) -> bytes:
    """The block, header included: ``text`` as description and artist, the screen (H, W, 3) as a thumbnail."""
    thumbnail = io.BytesIO()
    small = Image.fromarray(screen_HW3)
    small.thumbnail((320, 240))
    small.save(thumbnail, format="JPEG", quality=88)
    words = text.encode() + b"\0"
    data_at = 8 + (2 + 2 * 12 + 4) + (2 + 3 * 12 + 4)
    first = [(_DESCRIPTION, 2, len(words), data_at), (_ARTIST, 2, len(words), data_at)]
    second = [
        (_COMPRESSION, 3, 1, 6), (_OFFSET, 4, 1, data_at + len(words)),
        (_LENGTH, 4, 1, len(thumbnail.getvalue())),
    ]  # fmt: skip
    next_at = 8 + 2 + 2 * 12 + 4
    directories = _directory(first, next_at) + _directory(second, 0)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directories + words + thumbnail.getvalue()


def _directory(entries: list[tuple[int, int, int, int]], next_at: int) -> bytes:
    packed = struct.pack("<H", len(entries))
    packed += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return packed + struct.pack("<I", next_at)
