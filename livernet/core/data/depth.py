"""How samples of any depth become 8 bits, one way for all frames of a file.

The values between the lowest (0 unless some are negative) and the next power of two above the highest are
divided evenly, so 8-bit values in a 16-bit file stay as they are, 12-bit ones lose their four lowest bits,
and no frame is stretched against another. Windows and lookup tables of a DICOM header are not applied: they
are settings of a viewer, and a window could hide writing from the checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A linear map to 0..255; what falls outside is clipped."""

    lowest: float = 0.0
    """The value that becomes 0."""
    factor: float = 1.0
    """Grey levels for each step of the source."""

    def to_8_bits(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """The scaled values, uint8, of the same shape; fractions are dropped."""
        if values.dtype == np.uint8 and self == Scale():
            return values
        dtype: type = np.float32 if values.dtype.itemsize <= 2 else np.float64
        scaled: NDArray[Any] = (values.astype(dtype) - self.lowest) * self.factor
        return np.asarray(scaled.clip(0, 255), dtype=np.uint8)


def find_scale(
    frames: Iterable[NDArray[Any]], *, bits: int = 8, padding: tuple[int, int] | None = None
) -> Scale:
    """The scale for the frames of a file, from some of them.

    Args:
        frames: integers or floats of any shape.
        bits: bits that each integer may use; fewer than 8 are stretched to the full range.
        padding: range (inclusive) of values that only fill the frame and count for nothing.

    Raises:
        ValueError: floats that are not finite.
    """
    if bits < 8:
        return Scale(factor=255 / ((1 << bits) - 1))
    lowest, highest, is_float = 0.0, 0.0, False
    for frame in frames:
        if frame.dtype == np.uint8:
            highest = max(highest, 255.0)
            continue
        is_float |= frame.dtype.kind == "f"
        if not np.isfinite(frame).all():
            raise ValueError("pixels that are not finite")
        if padding is not None:
            frame = frame[(frame < padding[0]) | (frame > padding[1])]  # noqa: PLW2901
        if frame.size:
            lowest, highest = min(lowest, float(frame.min())), max(highest, float(frame.max()))
    span = highest - lowest
    if is_float and span <= 1:
        return Scale(lowest=lowest, factor=255)
    used = max(8, int(np.ceil(span)).bit_length())
    return Scale(lowest=lowest, factor=2.0 ** (8 - used))
