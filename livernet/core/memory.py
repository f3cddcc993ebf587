"""Memory that large arrays free is kept for the next ones, instead of going back to the system each time."""

import ctypes

_TRIM, _MAP = -1, -3
_KEPT, _LARGEST = 256 << 20, 32 << 20


def keep_freed_memory() -> bool:
    """Tell the C library of this process to keep up to 256 MB that were freed; whether it could be told.

    Work on screens makes and drops many arrays of a few megabytes. Given back and asked for again, each page
    of them must be cleared by the system. Systems other than Linux with glibc have no such call.
    """
    try:
        tell = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):
        return False
    return bool(tell(_MAP, _LARGEST) and tell(_TRIM, _KEPT))
