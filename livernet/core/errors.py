"""What core raises when an input cannot be used; the command line prints it in one place."""

from collections.abc import Sequence
from typing import Any


class LivernetError(Exception):
    """A failure the user can act on.

    ``message`` names the file, the value and the rule; ``hint`` says what to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels between processes whatever its constructor takes."""
        return type(self).__new__, (type(self), self.message), self.__dict__


class ConfigError(LivernetError):
    """A setting is unknown, of the wrong type or out of range."""


class DataError(LivernetError):
    """A file cannot be read, or what it says cannot be true."""


class FaultsError(DataError):
    """All the faults of one file or folder, found before stopping.

    ``faults`` holds one line for each, naming the row or file.
    """

    def __init__(self, message: str, faults: Sequence[str], hint: str) -> None:
        super().__init__(message, hint)
        self.faults = tuple(faults)


class OutputError(LivernetError):
    """An output cannot be written: not empty and not ours, no access, disk full."""
