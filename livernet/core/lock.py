"""A folder for one run at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livernet.core.errors import OutputError
from livernet.core.files import UNFINISHED

LOCK = f"{UNFINISHED}lock"
"""Name of the file that is locked."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for this run alone; if nothing was left in it, it is taken away again.

    A lock ends with its process, however that ends. Without locks of the system (on Windows) two runs at once
    are the user's affair.

    Raises:
        OutputError: another run is at work there, or the folder cannot be written.
    """
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error
    try:
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)
        os.close(descriptor)
        if not existed and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _lock(folder: Path) -> int:
    """The descriptor of a lock file that no other run holds."""
    path = folder / LOCK
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            import fcntl
        except ImportError:
            return descriptor
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise OutputError(f"{folder}: another run is at work there", "wait until it has ended") from None
        os.close(descriptor)
