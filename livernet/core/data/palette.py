"""Palette colour tables of DICOM files as one 8-bit table (PS3.3 C.7.6.3.1.5, C.7.9).

Shape suffixes: N entries, H and W of the frame.
"""

from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

from livernet.core.data.depth import find_scale

_CHANNELS = ("Red", "Green", "Blue")
_MOST_ENTRIES = 1 << 16


class Palette:
    """The colours of a file's stored values."""

    def __init__(self, dataset: pydicom.Dataset, *, little_endian: bool) -> None:
        """Read the three tables.

        Raises:
            ValueError: a table is missing, or its length contradicts its descriptor.
        """
        entries, first, bits = _descriptor(dataset)
        self._first = first
        tables = [_table(dataset, name, entries, bits, little_endian) for name in _CHANNELS]
        colours_N3 = np.stack(tables, axis=1)
        # some write 8-bit colours into tables they call 16-bit
        self._colours_N3 = find_scale([colours_N3]).to_8_bits(colours_N3)

    def apply(self, stored_HW: NDArray[Any]) -> NDArray[np.uint8]:
        """The colours, uint8 (H, W, 3); values beyond either end of the table take its end."""
        index_HW = stored_HW.astype(np.int32)
        index_HW -= self._first
        colours: NDArray[np.uint8] = self._colours_N3[index_HW.clip(0, len(self._colours_N3) - 1)]
        return colours


def _descriptor(dataset: pydicom.Dataset) -> tuple[int, int, int]:
    """Number of entries, first stored value mapped, bits of an entry."""
    found = dataset.get("RedPaletteColorLookupTableDescriptor")
    if found is None or len(found) != 3:
        raise ValueError("broken palette: no descriptor")
    entries, first, bits = (int(value) for value in found)
    entries = entries % _MOST_ENTRIES or _MOST_ENTRIES
    if bits not in {8, 16}:
        raise ValueError("broken palette: entries of neither 8 nor 16 bits")
    if dataset.get("PixelRepresentation") == 1 and first >= 1 << 15:
        first -= 1 << 16
    return entries, first, bits


def _table(
    dataset: pydicom.Dataset, name: str, entries: int, bits: int, little_endian: bool
) -> NDArray[np.uint16]:
    words = np.dtype("<u2" if little_endian else ">u2")
    plain = dataset.get(f"{name}PaletteColorLookupTableData")
    if plain:
        # entries of 8 bits come as bytes, or one in each word
        dtype = words if len(plain) >= 2 * entries else np.dtype(np.uint8)
        if len(plain) < entries:
            raise ValueError("broken palette: fewer colours than announced")
        if dtype.itemsize == 1 and bits == 16:
            raise ValueError("broken palette: fewer colours than announced")
        return np.frombuffer(plain, dtype=dtype, count=entries).astype(np.uint16)
    segments = dataset.get(f"Segmented{name}PaletteColorLookupTableData")
    if not segments:
        raise ValueError("broken palette: no colours")
    dtype = words if bits == 16 else np.dtype(np.uint8)
    values = np.frombuffer(segments[: len(segments) // dtype.itemsize * dtype.itemsize], dtype=dtype)
    expanded = _expand(values.astype(np.int64).tolist(), bits, little_endian)
    if len(expanded) != entries:
        raise ValueError("broken palette: not as many colours as announced")
    return np.array(expanded, dtype=np.uint16)


def _expand(data: list[int], bits: int, little_endian: bool) -> list[int]:
    """Discrete (0), linear (1) and indirect (2) segments one after the other, PS3.3 C.7.9.2."""
    table: list[int] = []
    at = 0
    while at + 2 < len(data):
        if data[at] == 2:
            count, offset, at = data[at + 1], _offset(data[at + 2 : at + 6], bits, little_endian), at + 4
            at += 2 if bits == 8 else 0
            for _ in range(count):
                offset = _segment(data, offset, table)
        else:
            at = _segment(data, at, table)
        if len(table) > _MOST_ENTRIES:
            raise ValueError("broken palette: too large")
    return table


def _segment(data: list[int], at: int, table: list[int]) -> int:
    """Append one discrete or linear segment; where the next one starts."""
    if at + 2 >= len(data) or data[at] not in {0, 1} or len(table) > _MOST_ENTRIES:
        raise ValueError("broken palette: damaged segments")
    kind, length = data[at : at + 2]
    if kind == 0:
        table.extend(data[at + 2 : at + 2 + length])
        return at + 2 + length
    if not table or length == 0:
        raise ValueError("broken palette: damaged segments")
    steps = np.linspace(table[-1], data[at + 2], length + 1)[1:]
    table.extend(np.rint(steps).astype(int).tolist())
    return at + 3


def _offset(values: list[int], bits: int, little_endian: bool) -> int:
    """Which value an indirect segment points at: a byte offset, its least significant word first."""
    if bits == 16:
        return (values[0] | values[1] << 16) // 2
    low, high = values[:2], values[2:4]
    if not little_endian:
        low, high = low[::-1], high[::-1]
    return low[0] | low[1] << 8 | high[0] << 16 | high[1] << 24
