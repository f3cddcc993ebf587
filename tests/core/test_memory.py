import subprocess
import sys

import pytest

from livernet.core import memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
@pytest.mark.parametrize("keep", [memory.keep_freed_memory, memory.keep_all_freed_memory])
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
