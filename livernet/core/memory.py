"""Memory of this process: what large arrays free is kept for the next ones, and how much more there is."""

import ctypes
from pathlib import Path

_TRIM, _MAP, _MAPPINGS = -1, -3, -4
_KEPT, _LARGEST = 256 << 20, 32 << 20
_ALL = 2**31 - 1
_CGROUPS = (
    ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Folder, limit, use, and the part of it that is cache, of a container: version 2 and version 1."""


def keep_freed_memory() -> bool:
    """Tell the C library of this process to keep up to 256 MB that were freed; whether it could be told.

    Work on screens makes and drops many arrays of a few megabytes. Given back and asked for again, each page
    of them must be cleared by the system. Systems other than Linux with glibc have no such call.
    """
    return _tell((_MAP, _LARGEST), (_TRIM, _KEPT))


def keep_all_freed_memory() -> bool:
    """The same for networks, whose arrays are larger than what is otherwise kept: nothing goes back.

    A step of training frees what the next one asks for again, so that the process stays at its peak.
    """
    return _tell((_MAPPINGS, 0), (_TRIM, _ALL))


def give_back_freed_memory() -> bool:
    """Return to the system all that was kept, when a training has ended; whether it could be told."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, TypeError, AttributeError):
        return False
    return True


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes that this process may still take, by the system and by its container; ``None`` where unknown.

    Linux alone says so, in files under ``root``.
    """
    known = [_of_system(root), *(_of_container(root, *names) for names in _CGROUPS)]
    return min((free for free in known if free is not None), default=None)


def _of_system(root: Path) -> int | None:
    try:
        lines = (root / "proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _of_container(root: Path, folder: str, limit: str, use: str, cache: str) -> int | None:
    try:
        used, stat = int((root / folder / use).read_text()), (root / folder / "memory.stat").read_text()
        cached = next(int(line.split()[1]) for line in stat.splitlines() if line.split()[0] == cache)
        return max(int((root / folder / limit).read_text()) - used + cached, 0)
    except (OSError, ValueError, StopIteration):  # no container, or one without a limit
        return None


def _tell(*settings: tuple[int, int]) -> bool:
    try:
        tell = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):
        return False
    taken = [tell(key, value) for key, value in settings]
    return all(taken)
