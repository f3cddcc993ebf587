import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livernet.core.data.predictions import Prediction
from livernet.core.data.splits import Fold
from livernet.core.device import choose_device
from livernet.core.errors import DataError
from livernet.core.experiment import crew
from livernet.core.experiment.crew import Shelf, find_crew, run_folds
from livernet.core.experiment.fold import FoldJob
from livernet.core.processes import Crew
from livernet.core.train.loop import EpochMetrics
from tests.tiny_cohort import make_cohort, tiny_config

CPU = choose_device("cpu")
FOLDS = (Fold(train=(0, 1, 2, 3), test=(4, 5)), Fold(train=(2, 3, 4, 5), test=(0, 1)))


class Listener:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def fold_started(self, job: FoldJob) -> None:
        self.heard.append(f"started {job.number}")

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None:
        self.heard.append(f"epoch {job.number}.{metrics.epoch}")

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        self.heard.append(f"finished {job.number}: {len(predictions)}")


def jobs(folder: Path, name: str, folds: Sequence[Fold] = FOLDS) -> list[FoldJob]:
    cohort = make_cohort(folder / f"{name}-cohort")
    return [
        FoldJob(
            folder=folder / name / f"fold-{number:02d}", number=number, name=str(number), fold=fold,
            config=tiny_config(epochs=2), cohort=cohort, preprocessing={},
        )
        for number, fold in enumerate(folds)
    ]  # fmt: skip


def run(work: Sequence[FoldJob], workers: int, watch: Listener) -> list[Prediction]:
    return run_folds(work, Shelf(CPU), CPU, Crew(workers=workers, threads=1), watch)


def test_bytes_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    watches = Listener(), Listener()
    alone, together = jobs(tmp_path, "alone"), jobs(tmp_path, "together")
    found = [run(work, n, watch) for work, n, watch in zip((alone, together), (1, 2), watches, strict=True)]
    assert sorted(found[0], key=str) == sorted(found[1], key=str)
    for one, other in zip(alone, together, strict=True):
        for file in ("model.safetensors", "predictions.csv"):
            assert (one.folder / file).read_bytes() == (other.folder / file).read_bytes()
    assert watches[0].heard == [
        "started 0", "epoch 0.1", "epoch 0.2", "finished 0: 2",
        "started 1", "epoch 1.1", "epoch 1.2", "finished 1: 2",
    ]  # fmt: skip
    for number in "01":  # side by side, each fold's own news stay in order
        own = [line for line in watches[1].heard if line.split()[1][0] == number]
        assert own == [line for line in watches[0].heard if line.split()[1][0] == number]


def test_what_is_finished_is_read_and_the_rest_is_trained(tmp_path: Path) -> None:
    work = jobs(tmp_path, "run")
    run(work[:1], 1, Listener())
    watch = Listener()
    run(work, 2, watch)
    assert watch.heard == [
        "started 0",
        "finished 0: 2",
        "started 1",
        "epoch 1.1",
        "epoch 1.2",
        "finished 1: 2",
    ]


def test_an_error_in_a_process_is_raised_here(tmp_path: Path) -> None:
    bare = make_cohort(tmp_path / "bare", (None,) * 6, masks=False)
    broken = [replace(job, cohort=bare) for job in jobs(tmp_path, "run")]
    with pytest.raises(DataError, match="none of the 4 training images has a label"):
        run(broken, 2, Listener())


def test_a_process_that_the_system_ends_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_work", die)
    with pytest.raises(DataError, match=r"ended a process that trained a fold \(exit code 9\)") as error:
        run(jobs(tmp_path, "run"), 2, Listener())
    assert "--workers" in error.value.hint


def die(*_: object) -> None:
    os._exit(9)


def test_an_interruption_ends_the_processes(tmp_path: Path) -> None:
    class Impatient(Listener):
        def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(jobs(tmp_path, "run"), 2, Impatient())
    assert not multiprocessing.active_children()


def test_pictures_of_another_size_take_the_place_of_the_first(tmp_path: Path) -> None:
    first, second = jobs(tmp_path, "run")
    shelf = Shelf(CPU)
    kept = shelf.get(first)
    assert shelf.get(second) is kept
    assert shelf.get(replace(second, config=tiny_config(size=64))).images_N1HW.shape[-1] == 64


def test_threads_are_given_back(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    run(jobs(tmp_path, "run"), 1, Listener())
    assert torch.get_num_threads() == before


def test_on_a_cpu_each_thread_that_torch_would_use_may_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    assert find_crew(CPU, 10, None) == Crew(workers=4, threads=1)
    assert find_crew(CPU, 10, 3) == Crew(workers=3, threads=1)
