"""Memory that large arrays free is kept for the next ones, instead of going back to the system each time."""

import ctypes

_TRIM, _MAP, _MAPPINGS = -1, -3, -4
_KEPT, _LARGEST = 256 << 20, 32 << 20
_ALL = 2**31 - 1


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


def _tell(*settings: tuple[int, int]) -> bool:
    try:
        tell = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):
        return False
    taken = [tell(key, value) for key, value in settings]
    return all(taken)
