"""Many small jobs over several processes: results as they come, few in flight, no crash takes all down.

A damaged picture can kill a decoder written in C, and the process with it. The jobs that were under way are
then tried again, each in a process of its own; the one that kills that too is the culprit.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from livernet.core.memory import keep_freed_memory
from livernet.core.processes import end_with_parent

Job = TypeVar("Job")
Result = TypeVar("Result")

_WORTH_IT = 12
_AHEAD = 4
"""Jobs handed out a worker: enough to keep it busy, few enough that memory does not grow with the folder."""


def suitable_workers(jobs: int) -> int:
    """A process for each core that may be used, but none for a handful of jobs: starting takes a second."""
    if jobs < _WORTH_IT:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, jobs // _WORTH_IT))


def run_jobs(
    jobs: Sequence[Job], work: Callable[[Job], Result], workers: int
) -> Iterator[tuple[int, Result | None]]:
    """The index of each job and its result, in any order; ``None`` for a job that kills its process.

    Args:
        jobs: what ``work`` is called with; they and the results are pickled.
        work: a function of a module, or a ``functools.partial`` of one.
        workers: processes; 0 works in this one, without a net.

    Raises:
        Exception: whatever ``work`` raises.
    """
    if workers == 0:
        yield from ((index, work(job)) for index, job in enumerate(jobs))
        return
    left = list(range(len(jobs)))
    while left:
        done: set[int] = set()
        suspects: list[int] = []
        for index, result in _run(left, jobs, work, workers, suspects):
            done.add(index)
            yield index, result
        for index in suspects:
            done.add(index)
            yield index, _alone(jobs[index], work)
        left = [index for index in left if index not in done]


def _run(
    left: Sequence[int],
    jobs: Sequence[Job],
    work: Callable[[Job], Result],
    workers: int,
    suspects: list[int],
) -> Iterator[tuple[int, Result]]:
    """Results until all are there or a process dies, when the jobs under way become ``suspects``."""
    waiting = iter(left)
    flight: dict[Future[Result], int] = {}
    pool = _pool(workers)
    try:
        while True:
            while len(flight) < _AHEAD * workers and (index := next(waiting, None)) is not None:
                flight[pool.submit(work, jobs[index])] = index
            if not flight:
                return
            for future in wait(flight, return_when=FIRST_COMPLETED).done:
                result = future.result()
                yield flight.pop(future), result
    except BrokenProcessPool:
        suspects += sorted(flight.values())
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(job: Job, work: Callable[[Job], Result]) -> Result | None:
    with _pool(1) as pool:
        try:
            return pool.submit(work, job).result()
        except BrokenProcessPool:
            return None


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawned, not forked: the same on every system, and no lock of a thread is copied half-way
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start)


def _start() -> None:
    """Keep memory, say nothing: decoders written in C write to the terminal."""
    end_with_parent()
    keep_freed_memory()
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
