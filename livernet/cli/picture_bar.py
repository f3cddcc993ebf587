"""How far a folder of pictures has come: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livernet.cli.console import err, note

_SECONDS = 30.0


@contextmanager
def picture_bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """A function of the number of pictures done and their total, to be called after each.

    Args:
        doing: what is done with them, e.g. ``preparing``.
    """
    if not err.is_terminal:
        yield _Lines(doing).show
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class _Lines:
    """Says something every half minute."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._next = time.monotonic() + _SECONDS

    def show(self, done: int, total: int) -> None:
        """One line, if it is time for one."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            note(f"{self._doing}: {done} of {total}")
