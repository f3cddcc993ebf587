from livernet.core.phantom.skins import SKINS


def test_four_consoles_that_differ() -> None:
    assert len(SKINS) == 4
    assert len({skin.name for skin in SKINS}) == 4
    assert len({skin.size for skin in SKINS}) == 4
    assert len({skin.layout for skin in SKINS}) == 4
    assert len({skin.background for skin in SKINS}) >= 3


def test_each_viewport_lies_on_its_screen_and_leaves_room_for_text() -> None:
    for skin in SKINS:
        x0, y0, x1, y1 = skin.viewport
        assert 0 <= x0 < x1 <= skin.size[0]
        assert 20 < y0 < y1 <= skin.size[1]
        assert (x1 - x0) * (y1 - y0) < 0.9 * skin.size[0] * skin.size[1]
        assert 2.0 <= skin.frequency_mhz <= 5.0
