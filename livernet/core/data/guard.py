"""One guard around foreign decoders: whatever they raise, warn or log of becomes a fault of the file."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livernet.core.errors import DataError

_SIGNS = (
    ("truncat", "cut short"),
    ("end of", "cut short"),
    ("unexpected eof", "cut short"),
    ("not enough", "cut short"),
    ("insufficient", "cut short"),
    ("exceeds", "larger than allowed"),
    ("too large", "larger than allowed"),
    ("checksum", "wrong checksum"),
    ("crc", "wrong checksum"),
    ("broken", "broken structure"),
    ("corrupt", "broken structure"),
    ("unsupported", "not supported"),
    ("not supported", "not supported"),
    ("missing dependencies", "no decoder installed"),
)
"""What decoders say, lower case, and how it is told."""


@contextmanager
def guarded(path: Path, fault: str, hint: str) -> Iterator[None]:
    """Turn what a decoder raises into an error that names the file.

    Decoders of damaged files raise whatever they stumble over: struct, zlib, key, type and memory errors; and
    they warn of odd values that they can ignore, which says nothing to the user of a picture. Their own words
    are not passed on, because they quote the file, and a quoted header value may be a name.

    Args:
        path: the file.
        fault: what is wrong with it; the kind of failure follows in brackets.
        hint: what to do.

    Raises:
        DataError: anything but a ``DataError`` was raised inside, which passes as it is.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{path}: {fault} ({_kind(error)})", hint) from error


def _kind(error: Exception) -> str:
    said = str(error).lower()
    return next((kind for sign, kind in _SIGNS if sign in said), type(error).__name__)
