import io

import pytest
from rich.console import Console

from livernet.cli import console, picture_bar
from livernet.cli.picture_bar import picture_bar as bar


def test_lines_now_and_then_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    clock = iter([0.0, 10.0, 31.0, 31.0, 40.0])
    monkeypatch.setattr(picture_bar, "note", said.append)
    monkeypatch.setattr(picture_bar.time, "monotonic", lambda: next(clock))
    with bar("preparing") as show:
        for done in range(1, 4):
            show(done, 3)
    assert said == ["preparing: 2 of 3"]


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(console, "err", terminal)
    monkeypatch.setattr(picture_bar, "err", terminal)
    with bar("drawing") as show:
        show(2, 4)
    assert "2/4" in screen.getvalue()
