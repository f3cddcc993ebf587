import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livernet.core.processes import Crew, suitable_crew


@pytest.mark.parametrize(
    ("trainings", "workers", "cores", "crew"),
    [
        (10, None, 2, (2, 1)),
        (10, None, 16, (10, 1)),
        (10, None, 64, (10, 6)),
        (3, None, 8, (3, 2)),
        (1, None, 4, (1, 4)),
        (10, None, 1, (1, 1)),
    ],
)
def test_a_process_for_each_core_and_no_more_than_trainings(
    trainings: int, workers: int | None, cores: int, crew: tuple[int, int]
) -> None:
    assert suitable_crew(trainings, workers, cores=cores) == Crew(workers=crew[0], threads=crew[1])


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_threads_and_so_bytes_do_not_depend_on_the_number_of_workers(workers: int) -> None:
    assert suitable_crew(10, workers, cores=16) == Crew(workers=workers, threads=1)


@pytest.mark.parametrize(
    ("workers", "gpus", "expected"), [(None, 1, 1), (None, 4, 4), (2, 1, 2), (20, 1, 10)]
)
def test_gpus_work_for_one_training_each_unless_asked_to(
    workers: int | None, gpus: int, expected: int
) -> None:
    assert suitable_crew(10, workers, gpus=gpus) == Crew(workers=expected, threads=0)


_PARENT = """
import time
from pathlib import Path
from multiprocessing import get_context
from livernet.core.processes import end_with_parent

def work():
    end_with_parent()
    time.sleep(60)

if __name__ == "__main__":
    child = get_context("spawn").Process(target=work)
    child.start()
    print(child.pid, flush=True)
    child.join()
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="asks Linux whether a process lives")
def test_a_worker_survives_ctrl_c_and_ends_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=_environment())
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(1.0)
    os.kill(child, signal.SIGINT)
    time.sleep(0.2)
    assert _lives(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 10
    while _lives(child) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _lives(child)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def _lives(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
