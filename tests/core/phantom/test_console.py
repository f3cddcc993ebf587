import numpy as np
import pytest

from livernet.core.phantom.console import Extras, draw_console, draw_extras
from livernet.core.phantom.identity import Identity
from livernet.core.phantom.lettering import Mark
from livernet.core.phantom.scan import Probe, Sector, fit_sector
from livernet.core.phantom.skins import SKINS, Skin

PROBE = Probe(radius_mm=55.0, half_angle=0.58, frequency_mhz=3.5, f_number=2.5, focus_mm=70.0, depth_mm=140.0)
WHO = Identity(
    number="12345678",
    name="KIM MINSEO",
    hangul="김민서",
    birth="1970-01-02",
    sex="F",
    study="2018-03-04",
    site=0,
)
PLAIN = Extras(hangul=False, calipers=False, corner_text=False, body_mark=False)
FULL = Extras(hangul=True, calipers=True, corner_text=True, body_mark=True)


def draw(skin: Skin, extras: Extras) -> tuple[np.ndarray, tuple[Mark, ...], Sector]:
    sector = fit_sector(PROBE, skin.viewport, fill=skin.fill, shift_px=0.0)
    picture = np.full(sector.inside.shape, 100, np.float32)
    screen, marks = draw_console(
        np.random.default_rng(0), picture, skin=skin, sector=sector, probe=PROBE, who=WHO, extras=extras
    )
    return screen, marks, sector


@pytest.mark.parametrize("skin", SKINS, ids=lambda skin: skin.name)
def test_screen_shows_the_sector_on_the_skins_background(skin: Skin) -> None:
    screen, _, sector = draw(skin, PLAIN)
    assert screen.shape == (skin.size[1], skin.size[0], 3)
    x0, y0, x1, y1 = skin.viewport
    shown = screen[y0:y1, x0:x1][sector.inside]
    assert (shown == 100).all(axis=1).mean() > 0.99
    corner = screen[skin.size[1] - 3, 2]
    assert tuple(corner) == skin.background


@pytest.mark.parametrize("skin", SKINS, ids=lambda skin: skin.name)
def test_patient_data_are_burned_in_and_listed(skin: Skin) -> None:
    screen, marks, _ = draw(skin, PLAIN)
    listed = {mark.kind: mark.text for mark in marks}
    assert listed["name"] == "KIM MINSEO"
    assert listed["id"] == "12345678"
    assert listed["birth"].startswith("1970-01-02")
    for mark in marks:
        x0, y0, x1, y1 = mark.box
        assert 0 <= x0 < x1 <= skin.size[0] + 1
        assert 0 <= y0 < y1 <= skin.size[1]
        assert screen[y0:y1, x0:x1].std() > 5


@pytest.mark.parametrize("skin", SKINS, ids=lambda skin: skin.name)
def test_extras_add_their_marks(skin: Skin) -> None:
    _, marks, _ = draw(skin, FULL)
    kinds = {mark.kind for mark in marks}
    assert {"caliper", "measure", "body mark", "scale", "grey bar"} <= kinds
    assert next(mark.text for mark in marks if mark.kind == "name") == "김민서"


def test_extras_are_drawn_at_their_rates() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_extras(rng) for _ in range(500)]
    assert 0.35 < np.mean([e.hangul for e in drawn]) < 0.55
    assert 0.1 < np.mean([e.calipers for e in drawn]) < 0.3
