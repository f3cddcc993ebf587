"""Folds as a work queue: one after the other in this process, or several at once in others."""

import queue
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol

import torch

from livernet.core.data.loader import Tensors, load_tensors
from livernet.core.data.predictions import Prediction
from livernet.core.device import Device, choose_device
from livernet.core.errors import DataError
from livernet.core.experiment.fold import FoldJob, read_fold, run_fold
from livernet.core.processes import Crew, end_with_parent, suitable_crew
from livernet.core.stages import Grouping
from livernet.core.train.loop import EpochMetrics

_NO_MORE = -1
_PATIENCE = 1.0
"""Seconds between two looks at whether the workers still live."""


class FoldWatch(Protocol):
    """Hears how far folds have come."""

    def fold_started(self, job: FoldJob) -> None:
        """A fold begins, or is found finished (``job.finished``)."""

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None:
        """An epoch of a fold has ended."""

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        """A fold's predictions are written."""


class Shelf:
    """The pictures of a cohort at one training size; those of another size take their place."""

    def __init__(self, device: Device, size: int = 0, tensors: Tensors | None = None) -> None:
        self._device, self._size, self._tensors = device, size, tensors

    def get(self, job: FoldJob) -> Tensors:
        """The pictures at the size of the job's network."""
        if self._tensors is None or self._size != job.config.train.size:
            self._tensors = None  # freed before the next are read
            self._size = job.config.train.size
            grouping = Grouping.parse(job.config.grouping)
            self._tensors = load_tensors(
                job.cohort, grouping, self._size, self._device.torch, share=self._device.share
            )
        return self._tensors


def find_crew(device: Device, trainings: int, workers: int | None) -> Crew:
    """Who trains: on the CPU a process a core, on GPUs one each, unless ``workers`` says how many."""
    if device.torch.type == "cpu":
        return suitable_crew(trainings, workers, cores=torch.get_num_threads())
    many = device.torch.type == "cuda" and device.torch.index is None
    return suitable_crew(trainings, workers, gpus=torch.cuda.device_count() if many else 1)


def run_folds(
    jobs: Sequence[FoldJob], shelf: Shelf, device: Device, crew: Crew, watch: FoldWatch
) -> list[Prediction]:
    """The predictions of all jobs, those of finished ones read, in no particular order.

    Raises:
        DataError: as :func:`livernet.core.experiment.fold.run_fold`, or the system ended a worker.
        OutputError: a file cannot be written.
    """
    found: list[Prediction] = []
    left = [job for job in jobs if not job.finished]
    for job in (job for job in jobs if job.finished):
        watch.fold_started(job)
        found += _told(job, read_fold(job), watch)
    if min(crew.workers, len(left)) > 1:
        return found + _side_by_side(left, device, crew, watch)
    return found + _one_by_one(left, shelf, device, crew, watch)


def _told(job: FoldJob, answers: tuple[Prediction, ...], watch: FoldWatch) -> tuple[Prediction, ...]:
    watch.fold_finished(job, answers)
    return answers


def _one_by_one(
    jobs: Sequence[FoldJob], shelf: Shelf, device: Device, crew: Crew, watch: FoldWatch
) -> list[Prediction]:
    threads = torch.get_num_threads()
    torch.set_num_threads(crew.threads or threads)
    found: list[Prediction] = []
    try:
        for job in jobs:
            watch.fold_started(job)
            answers = run_fold(job, shelf.get(job), device, partial(watch.epoch, job))
            found += _told(job, answers, watch)
    finally:
        torch.set_num_threads(threads)
    return found


def _side_by_side(jobs: Sequence[FoldJob], device: Device, crew: Crew, watch: FoldWatch) -> list[Prediction]:
    spawn = get_context("spawn")  # the same on every system; CUDA does not survive a fork
    todo, news = spawn.SimpleQueue(), spawn.Queue()
    count = min(crew.workers, len(jobs))
    devices = [_own(device, number, count) for number in range(count)]
    workers = [
        spawn.Process(target=_work, args=(jobs, todo, news, own, crew.threads), daemon=True)
        for own in devices
    ]
    for place in [*range(len(jobs)), *(_NO_MORE for _ in workers)]:
        todo.put(place)
    try:
        for worker in workers:
            worker.start()
        return _follow(jobs, news, workers, watch)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _own(device: Device, number: int, workers: int) -> Device:
    """Where worker ``number`` of ``workers`` computes: the GPUs take turns unless one was named."""
    if device.torch.type != "cuda" or device.torch.index is not None:
        return replace(device, share=workers)
    gpus = torch.cuda.device_count()
    return replace(choose_device(f"cuda:{number % gpus}"), share=-(-workers // gpus))


def _follow(
    jobs: Sequence[FoldJob], news: Any, workers: Sequence[SpawnProcess], watch: FoldWatch
) -> list[Prediction]:
    """Pass on what the workers tell until every job is done."""
    found: list[Prediction] = []
    unfinished = set(range(len(jobs)))
    while unfinished:
        try:
            place, what = news.get(timeout=_PATIENCE)
        except queue.Empty:
            _check_alive(workers)
            continue
        if isinstance(what, BaseException):
            raise what
        if what is None:
            watch.fold_started(jobs[place])
        elif isinstance(what, EpochMetrics):
            watch.epoch(jobs[place], what)
        else:
            found += _told(jobs[place], what, watch)
            unfinished.remove(place)
    return found


def _check_alive(workers: Sequence[SpawnProcess]) -> None:
    ended = [worker.exitcode for worker in workers if worker.exitcode]
    if ended:
        raise DataError(
            f"the system ended a process that trained a fold (exit code {ended[0]}), most likely for memory",
            "repeat the command with the same --name and fewer --workers: finished folds are kept",
        )


def _work(jobs: Sequence[FoldJob], todo: Any, news: Any, device: Device, threads: int) -> None:
    """In a worker: take the next job until there is none, and tell of it."""
    end_with_parent()
    torch.set_num_threads(threads or torch.get_num_threads())
    shelf = Shelf(device)
    while (place := todo.get()) != _NO_MORE:
        try:
            news.put((place, None))
            answers = run_fold(jobs[place], shelf.get(jobs[place]), device, partial(_tell, news, place))
            news.put((place, answers))
        except Exception as error:  # noqa: BLE001 - the parent raises it
            error.add_note(traceback.format_exc())
            news.put((place, error))


def _tell(news: Any, place: int, metrics: EpochMetrics) -> None:
    news.put((place, metrics))
