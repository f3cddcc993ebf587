import sys

import pytest

from livernet.core import memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
def test_glibc_can_be_told():
    assert memory.keep_freed_memory()


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_other_systems_lose_nothing(monkeypatch, error):
    def none_there(_name):
        raise error

    monkeypatch.setattr(memory.ctypes, "CDLL", none_there)
    assert memory.keep_freed_memory() is False
