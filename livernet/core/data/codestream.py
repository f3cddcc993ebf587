"""The picture size that a compressed frame itself declares, read before a decoder makes room for it.

Sources: markers of JPEG and JPEG-LS, ITU-T T.81 Annex B and T.87 Annex C; SIZ of JPEG 2000, ITU-T T.800
Annex A.
"""

from struct import unpack
from typing import NamedTuple

_JPEG_2000 = b"\xff\x4f\xff\x51"
"""Start of codestream, then SIZ, which comes first."""
_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_BOX = 4096
"""A JPEG 2000 stream may come in boxes; its start lies within this many bytes."""


MOST_WORK = 2_000_000_000
"""Pixels times scans of a JPEG that is decoded, some ten seconds; a progressive one has about ten scans."""


class Declared(NamedTuple):
    """What the head of a compressed frame says."""

    rows: int
    """Height in pixels."""
    columns: int
    """Width in pixels."""
    samples: int
    """Colour components."""
    bits: int
    """Bits of the first component."""


def read_declared(frame: bytes) -> Declared:
    """Size, components and depth of a JPEG, JPEG-LS or JPEG 2000 frame.

    Raises:
        ValueError: it is none of them, or its head is damaged.
    """
    if frame[:3] == b"\xff\xd8\xff":
        return _jpeg(frame)
    at = frame[:_BOX].find(_JPEG_2000)
    if at < 0 or len(frame) < at + 43:
        raise ValueError("broken head of a compressed frame")
    x1, y1, x0, y0 = unpack(">4I", frame[at + 8 : at + 24])
    samples, depth = unpack(">HB", frame[at + 40 : at + 43])
    return Declared(y1 - y0, x1 - x0, samples, (depth & 0x7F) + 1)


def check_scans(content: bytes, pixels: int) -> None:
    """Refuse a progressive JPEG that passes over its picture so often that decoding takes minutes.

    Args:
        content: the whole stream; within coded data 0xFF is always followed by 0, so markers can be counted.
        pixels: of the picture.

    Raises:
        ValueError: more than :data:`MOST_WORK`.
    """
    if pixels * content.count(b"\xff\xda") > MOST_WORK:
        raise ValueError("number of scans exceeds what a picture needs")


def _jpeg(frame: bytes) -> Declared:
    at = 2
    while at + 4 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker in _FRAME_HEADERS and at + 10 <= len(frame):
            bits, rows, columns, samples = unpack(">BHHB", frame[at + 4 : at + 10])
            return Declared(rows, columns, samples, bits)
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(frame[at + 2 : at + 4])
    raise ValueError("broken head of a compressed frame")
