"""Rows of numbers put aside in a temporary file: there may be many, and few are looked at together."""

import tempfile
from io import SEEK_END
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from livernet.core.errors import OutputError

_HELD = 8 << 20
"""Bytes up to which no file is needed."""


class Shelf:
    """Rows of one shape and type, written in order and read in any."""

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        """An empty shelf for rows of this shape."""
        self._shape, self._dtype = shape, np.dtype(dtype)
        self._file = tempfile.SpooledTemporaryFile(_HELD)  # noqa: SIM115 - closed with the shelf

    def close(self) -> None:
        """Take the rows away."""
        self._file.close()

    def append(self, rows_N: NDArray[Any]) -> None:
        """Put rows behind those that are there.

        Raises:
            OutputError: the temporary file cannot be written.
        """
        try:
            self._file.seek(0, SEEK_END)
            self._file.write(rows_N.astype(self._dtype, copy=False).tobytes())
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"thumbnails cannot be put aside while they are compared ({error.strerror})",
                "free space in the folder of temporary files, or set TMPDIR to another",
            ) from error

    def pick(self, places_P: NDArray[np.intp]) -> NDArray[Any]:
        """The rows (P, ...) at these places, each read once."""
        wanted, back_P = np.unique(places_P, return_inverse=True)
        found = np.empty((len(wanted), *self._shape), self._dtype)
        for content, place in zip(found, wanted.tolist(), strict=True):
            self._file.seek(place * content.nbytes)
            self._file.readinto(content.data.cast("B"))
        return np.asarray(found[back_P])
