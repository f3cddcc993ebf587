"""Processes that work for this one: how many suit the machine, and how they end with their parent."""

import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing import parent_process


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Processes that train networks at the same time."""

    workers: int
    """How many; with 1 this process does the work itself."""
    threads: int
    """Threads of each; 0 leaves torch its own choice."""


ALONE = Crew(workers=1, threads=0)
"""This process, as it is."""


def suitable_crew(trainings: int, workers: int | None, *, cores: int = 0, gpus: int = 1) -> Crew:
    """A crew for ``trainings`` trainings, of ``workers`` processes where a number is given.

    On ``cores`` cores of a CPU a process for each: no step waits for threads to meet, which costs a quarter
    of the time on an idle machine and most of it on a busy one. The threads of a training follow from cores
    and trainings alone, so that its bytes do not depend on ``workers``. Without cores, one for each GPU.
    """
    side_by_side = max(1, min(cores or gpus, trainings))
    return Crew(workers=min(workers or side_by_side, trainings), threads=cores // side_by_side)


def end_with_parent() -> None:
    """To be called first in a worker: Ctrl-C is left to the parent, and a parent that was killed ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
