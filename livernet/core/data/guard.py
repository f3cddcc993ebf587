"""One guard around foreign decoders: whatever they raise or warn of becomes a fault of the file."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livernet.core.errors import DataError


@contextmanager
def guarded(path: Path, fault: str, hint: str) -> Iterator[None]:
    """Turn what a decoder raises into an error that names the file.

    Decoders of damaged files raise whatever they stumble over: struct, zlib, key, type and memory errors; and
    they warn of odd values that they can ignore, which says nothing to the user of a picture.

    Args:
        path: the file.
        fault: what is wrong with it; the decoder's own words follow in brackets.
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
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise DataError(f"{path}: {fault} ({reason})", hint) from error
