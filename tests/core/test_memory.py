import subprocess
import sys

import pytest

from livernet.core import memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
@pytest.mark.parametrize(
    "keep", [memory.keep_freed_memory, memory.keep_all_freed_memory, memory.give_back_freed_memory]
)
def test_glibc_can_be_told(keep):
    code = f"from livernet.core import memory; raise SystemExit(not memory.{keep.__name__}())"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_other_systems_lose_nothing(monkeypatch, error):
    def none_there(_name):
        raise error

    monkeypatch.setattr(memory.ctypes, "CDLL", none_there)
    assert memory.keep_freed_memory() is False
    assert memory.keep_all_freed_memory() is False
    assert memory.give_back_freed_memory() is False


MEMINFO = "MemTotal:  16000 kB\nMemFree:  1000 kB\nMemAvailable:  8000 kB\n"


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_available_memory_is_what_system_and_container_leave(tmp_path):
    assert memory.available_memory(tmp_path) is None
    write(tmp_path / "proc", meminfo=MEMINFO)
    assert memory.available_memory(tmp_path) == 8000 << 10
    second = tmp_path / "sys/fs/cgroup"
    write(second, memory__max="max\n", memory__current="5000\n", memory__stat="inactive_file 1000\n")
    assert memory.available_memory(tmp_path) == 8000 << 10
    write(second, memory__max="6000\n")
    assert memory.available_memory(tmp_path) == 2000
    write(
        second / "memory", memory__limit_in_bytes="5500", memory__usage_in_bytes="5000",
        memory__stat="cache 4000\ntotal_inactive_file 300\n",
    )  # fmt: skip
    assert memory.available_memory(tmp_path) == 800
    write(second / "memory", memory__usage_in_bytes="9000")
    assert memory.available_memory(tmp_path) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone says")
def test_this_machine_says_how_much_it_has():
    assert (memory.available_memory() or 0) > 1 << 20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
def test_what_was_kept_is_given_back():
    code = """
import numpy
from livernet.core import memory
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
memory.keep_all_freed_memory()
before = resident()
arrays = [numpy.ones(1 << 20, numpy.uint8) for _ in range(200)]
del arrays
kept = resident()
memory.give_back_freed_memory()
assert kept - before > 150 << 20, (before, kept)
assert resident() - before < 20 << 20, (before, resident())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
