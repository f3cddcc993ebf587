import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livernet.core.preprocess.cohort.pool import run_jobs, suitable_workers


def double(number: int) -> int:
    return 2 * number


def poisonous(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def failing(number: int) -> int:
    raise ValueError(f"job {number}")


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_job_is_answered_once(workers):
    answers = list(run_jobs(range(9), double, workers))
    assert sorted(answers) == [(number, 2 * number) for number in range(9)]


def test_a_job_that_kills_its_process_is_named_and_the_others_are_done():
    answers = dict(run_jobs(range(12), poisonous, 2))
    assert answers.pop(3) is None
    assert answers == {number: number for number in range(12) if number != 3}


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_job_raises_reaches_the_caller(workers):
    with pytest.raises(ValueError, match="job 0"):
        list(run_jobs([0], failing, workers))


def test_a_handful_needs_no_processes():
    assert suitable_workers(3) == 0
    assert suitable_workers(12) == 1
    assert suitable_workers(100_000) >= 1


def sleepy(number: int) -> int:
    Path(f"{number}.pid").write_text(str(os.getpid()))
    time.sleep(60)
    return number


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    code = "from tests.core.preprocess.cohort.test_pool import *; list(run_jobs([0], sleepy, 1))"
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
