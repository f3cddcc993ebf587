"""Many small jobs over several processes: few in flight, results as they come, no crash takes all down.

A damaged picture can kill a decoder written in C, and the process with it. The jobs that were under way are
then tried again, each in a process of its own; the one that kills that too is the culprit.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from livernet.core.memory import keep_freed_memory
from livernet.core.processes import end_with_parent

Job = TypeVar("Job")
Result = TypeVar("Result")

CRASHED = ("the decoder crashed on it", "export the picture again, as PNG if it is DICOM")
"""Reason and remedy of a picture that killed its process."""
_WORTH_IT = 12
_AHEAD = 4
"""Jobs handed out a worker: enough to keep it busy, few enough that memory does not grow with the folder."""


def suitable_workers(jobs: int) -> int:
    """A process for each core that may be used, but none for a handful of jobs: starting takes a second."""
    if jobs < _WORTH_IT:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, jobs // _WORTH_IT))


class Pool:
    """Processes for several series of jobs, one after the other or one feeding the next."""

    def __init__(self, workers: int) -> None:
        """So many processes; 0 works in this one, without a net."""
        self._workers = workers
        self._processes = _start(workers) if workers else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the jobs under way; those that wait are dropped."""
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def run(
        self, jobs: Iterable[Job], work: Callable[[Job], Result], *, in_order: bool = False
    ) -> Iterator[tuple[int, Result | None]]:
        """The index of each job and its result, in any order; ``None`` for a job that kills its process.

        Args:
            jobs: what ``work`` is called with, taken as processes fall free; pickled like the results.
            work: a function of a module, or a ``functools.partial`` of one.
            in_order: whether results come in the order of the jobs, a quick one waiting for slow ones.

        Raises:
            Exception: whatever ``work`` raises.
        """
        if self._processes is None:
            yield from ((index, work(job)) for index, job in enumerate(jobs))
            return
        waiting, whole = enumerate(jobs), False
        while not whole:
            processes, flight = self._processes, dict[Future[Result], tuple[int, Job]]()
            try:
                yield from self._results(processes, waiting, flight, work, in_order=in_order)
                whole = True
            except BrokenProcessPool:
                processes.shutdown()
                if processes is self._processes:  # else another series has seen to it
                    self._processes = _start(self._workers)
            for future, (index, job) in flight.items():
                lost = isinstance(future.exception(), BrokenProcessPool)
                yield index, _alone(job, work) if lost else future.result()

    def _results(
        self,
        processes: ProcessPoolExecutor,
        waiting: Iterator[tuple[int, Job]],
        flight: dict[Future[Result], tuple[int, Job]],
        work: Callable[[Job], Result],
        *,
        in_order: bool,
    ) -> Iterator[tuple[int, Result]]:
        """Results until all are there or a process dies; ``flight`` are the jobs under way."""
        while True:
            while len(flight) < _AHEAD * self._workers and (job := next(waiting, None)) is not None:
                flight[_submit(processes, work, job[1])] = job
            if not flight:
                return
            ready = [next(iter(flight))] if in_order else wait(flight, return_when=FIRST_COMPLETED).done
            for future in ready:
                result = future.result()
                yield flight.pop(future)[0], result


def _submit(processes: ProcessPoolExecutor, work: Callable[[Job], Result], job: Job) -> Future[Result]:
    """Hand out a job; one that comes after a crash fails like those under way."""
    try:
        return processes.submit(work, job)
    except BrokenProcessPool as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def _alone(job: Job, work: Callable[[Job], Result]) -> Result | None:
    with _start(1) as process:
        try:
            return process.submit(work, job).result()
        except BrokenProcessPool:
            return None


def _start(workers: int) -> ProcessPoolExecutor:
    # spawned, not forked: the same on every system, and no lock of a thread is copied half-way
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """Keep memory, say nothing: decoders written in C write to the terminal."""
    end_with_parent()
    keep_freed_memory()
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
