"""Numbers and lists as English writes them."""

from collections.abc import Sequence


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 patient``, ``2 patients``; ``plural`` where an s at the end does not make it."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def was(number: int) -> str:
    """``was`` for one, ``were`` for many and none."""
    return "was" if number == 1 else "were"


def sentences(*parts: str) -> str:
    """The parts that say something, with blanks between."""
    return " ".join(part for part in parts if part)


def decimal(value: float) -> str:
    """A setting as people write it: ``1``, ``0.95``, ``1e-07``."""
    return f"{value:g}"
