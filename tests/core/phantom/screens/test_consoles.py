import pytest

from livernet.core.phantom.screens.consoles import CONSOLES, Console
from livernet.core.phantom.screens.furniture import PARTS


def test_at_least_a_dozen_consoles_of_nine_screen_sizes() -> None:
    assert len({console.name for console in CONSOLES}) == len(CONSOLES) >= 12
    sizes = {console.size for console in CONSOLES}
    assert {(480, 360), (640, 480), (720, 576), (800, 600), (1024, 768), (1280, 960)} <= sizes
    assert {(1280, 1024), (1440, 900), (1920, 1080)} <= sizes
    fonts = {console.font for console in CONSOLES}
    assert min(fonts) == 9
    assert max(fonts) == 30


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.name)
def test_viewport_lies_on_the_screen_and_parts_are_known(console: Console) -> None:
    x0, y0, x1, y1 = console.viewport
    assert 0 <= x0 < x1 <= console.size[0]
    assert 0 <= y0 < y1 <= console.size[1]
    assert set(console.parts) <= set(PARTS)
    assert console.layout in {"top", "bottom", "left", "right", "over"}


def test_backgrounds_differ() -> None:
    shown = {(console.background, console.canvas) for console in CONSOLES}
    assert len(shown) >= 9
    assert any(top != bottom for top, bottom in (console.background for console in CONSOLES))
