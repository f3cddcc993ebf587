import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livernet.core.preprocess.cohort.pool import Pool, suitable_workers


def double(number: int) -> int:
    return 2 * number


def poisonous(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def failing(number: int) -> int:
    raise ValueError(f"job {number}")


def slow_at_first(number: int) -> int:
    time.sleep(0.5 if number == 0 else 0)
    return number


def run(jobs, work, workers, **options):
    with Pool(workers) as pool:
        return list(pool.run(jobs, work, **options))


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_job_is_answered_once(workers):
    assert sorted(run(range(9), double, workers)) == [(number, 2 * number) for number in range(9)]


@pytest.mark.parametrize("in_order", [False, True])
def test_a_job_that_kills_its_process_is_named_and_the_others_are_done(in_order):
    answers = run(range(12), poisonous, 2, in_order=in_order)
    if in_order:
        assert [index for index, _ in answers] == list(range(12))
    assert dict(answers) == {number: None if number == 3 else number for number in range(12)}


def test_results_come_in_order_where_that_is_asked_for():
    assert [number for _, number in run(range(9), slow_at_first, 2, in_order=True)] == list(range(9))


@pytest.mark.parametrize("workers", [0, 2])
def test_one_series_feeds_the_next_and_a_crash_spares_both(workers):
    with Pool(workers) as pool:
        made = (value for _, value in pool.run(range(1, 9), double, in_order=True))
        first = [value for _, value in pool.run(made, double, in_order=True)]
        assert first == [4 * number for number in range(1, 9)]
        if workers:
            alive_ones = (value for _, value in pool.run(range(12), poisonous, in_order=True) if value)
            second = [value for _, value in pool.run(alive_ones, double, in_order=True)]
            assert second == [2 * number for number in range(1, 12) if number != 3]


def test_jobs_are_taken_only_as_processes_fall_free():
    taken = []

    def jobs():
        for number in range(50):
            taken.append(number)
            yield number

    with Pool(1) as pool:
        next(pool.run(jobs(), double))
        assert len(taken) <= 5


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_job_raises_reaches_the_caller(workers):
    with pytest.raises(ValueError, match="job 0"):
        run([0], failing, workers)


def test_a_handful_needs_no_processes():
    assert suitable_workers(3) == 0
    assert suitable_workers(12) == 1
    assert suitable_workers(100_000) >= 1


def sleepy(number: int) -> int:
    Path(f"{number}.pid").write_text(str(os.getpid()))
    time.sleep(60)
    return number


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    code = "from tests.core.preprocess.cohort.test_pool import *; run([0], sleepy, 1)"
    here = Path(__file__).parents[4]
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(here)}
    )
    marker = tmp_path / "0.pid"
    until(lambda: marker.is_file() and marker.read_text())
    worker = int(marker.read_text())
    parent.kill()
    parent.wait()
    until(lambda: not alive(worker))


def alive(process: int) -> bool:
    try:
        # a process that ended and was not waited for has no memory map
        return (
            Path(f"/proc/{process}/statm").read_text().split()[0] != "0"
            if Path("/proc").is_dir()
            else not os.kill(process, 0)
        )
    except OSError:
        return False


def until(true, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
