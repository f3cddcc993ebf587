"""OUT as a place: one run at a time, and a whole cohort or the old one, whatever interrupts.

A finished cohort is first renamed to ``.writing-ready`` in OUT. From then on its parts are only moved to
where they belong, and whoever comes next finishes what was begun.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livernet.core.data.record import RECORD
from livernet.core.errors import OutputError
from livernet.core.files import UNFINISHED
from livernet.core.lock import LOCK, locked

STORE = f"{UNFINISHED}pieces"
"""Where pieces wait: kept when a run is interrupted."""
_READY = f"{UNFINISHED}ready"


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """OUT, made if need be, for this run alone; a folder in which nothing was left is taken away again.

    Raises:
        OutputError: another run is at work there, or the folder cannot be written.
    """
    with locked(out):
        finish(out)
        yield


def is_half_way(out: Path) -> bool:
    """Whether a whole cohort waits in OUT to be moved into its place."""
    return (out / _READY / RECORD).is_file()


def put_in_place(work: Path, out: Path) -> None:
    """Let a whole cohort take the place of what is in OUT, and clear what runs have left there.

    Args:
        work: folder in OUT that holds the cohort; it is gone afterwards.
        out: the folder of the cohort.

    Raises:
        OutputError: the folder cannot be written; repeating the command finishes what was begun.
    """
    try:
        work.replace(out / _READY)
    except OSError as error:
        raise _unwritable(out, error) from error
    finish(out)


def finish(out: Path) -> None:
    """Move the parts of a waiting cohort into place, the record last; nothing where none waits.

    Raises:
        OutputError: the folder cannot be written.
    """
    ready = out / _READY
    if not is_half_way(out):
        return
    try:
        listed = json.loads((ready / RECORD).read_bytes())["outcome"]["files"]
        parts = dict.fromkeys(Path(name).parts[0] for name in listed)
        (out / RECORD).unlink(missing_ok=True)
        for old in sorted(out.iterdir()):
            if _is_ours(old.name) and old.name not in parts:
                _remove(old)
        for name in parts:
            if (ready / name).exists():
                if (out / name).exists():
                    _remove(out / name)
                (ready / name).replace(out / name)
        (ready / RECORD).replace(out / RECORD)
    except OSError as error:
        raise _unwritable(out, error) from error
    clear(out)


def clear(out: Path) -> None:
    """Take away what runs have left in OUT beside a finished cohort: pieces may show what was rejected.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        for left in out.glob(f"{UNFINISHED}*"):
            if left.name != LOCK:
                _remove(left)
    except OSError as error:
        raise _unwritable(out, error) from error


def _is_ours(name: str) -> bool:
    return name in PARTS or (name.startswith("review") and name.endswith(".html"))


PARTS = ("images", "masks", "masks_b", "markers", "quarantine.csv", "decisions.csv", "manifest.csv")
"""What a cohort folder holds besides its record and review sheets."""


def _unwritable(out: Path, error: OSError) -> OutputError:
    what = f"{error.filename or out}: cannot be written ({error.strerror})"
    return OutputError(what, "make the folder writable and repeat the command: the cohort waits in it")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
