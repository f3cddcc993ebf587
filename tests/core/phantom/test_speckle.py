import numpy as np
import pytest

from livernet.core.phantom.anatomy import Body
from livernet.core.phantom.fields import Field
from livernet.core.phantom.scan import LINES, Probe
from livernet.core.phantom.skins import SKINS
from livernet.core.phantom.speckle import Receive, draw_receive, insonify, lateral_width

PROBE = Probe(radius_mm=50.0, half_angle=0.5, frequency_mhz=3.0, f_number=2.5, focus_mm=30.0, depth_mm=60.0)
SAMPLES = 301
RANGE_DB = 100.0


def receive(*, tgc: float = 0.0, looks: int = 1, lost_side: float = 0.0, noise_db: float = -200.0) -> Receive:
    return Receive(
        gain_db=20.0, tgc_attenuation=tgc, sliders_db=(0.0, 0.0), noise_db=noise_db,
        dynamic_range_db=RANGE_DB, looks=looks, gamma=1.0, lost_side=lost_side,
    )  # fmt: skip


def uniform(attenuation: float = 0.0) -> Body:
    zeros = np.zeros((SAMPLES, LINES), np.float32)
    return Body(
        level_SL=zeros,
        attenuation_SL=zeros + np.float32(attenuation),
        coherent_SL=zeros * 1,
        liver_SL=zeros + 1,
    )


def echo_db(body: Body, settings: Receive, seed: int = 0) -> Field:
    grey = insonify(np.random.default_rng(seed), body, PROBE, settings)
    return grey / 255 * np.float32(RANGE_DB)


def envelope(body: Body, settings: Receive) -> Field:
    inner = echo_db(body, settings)[20:-20, 20:-20]
    return np.float32(10) ** (inner / 20)


def test_speckle_is_fully_developed() -> None:
    amplitude = envelope(uniform(), receive())
    # A Rayleigh envelope has mean / SD = 1.91 (Wagner et al., IEEE Trans Sonics Ultrason 30 (1983) 156-163).
    assert float(amplitude.mean() / amplitude.std()) == pytest.approx(1.91, abs=0.1)


def test_compounding_smooths_speckle() -> None:
    one, three = (envelope(uniform(), receive(looks=n)) for n in (1, 3))
    assert three.std() / three.mean() < 0.75 * one.std() / one.mean()


def test_attenuation_darkens_by_twice_its_path() -> None:
    level = echo_db(uniform(attenuation=0.5), receive())
    drop = float(level[50:70].mean() - level[250:270].mean())
    assert drop == pytest.approx(2 * 0.5 * 3.0 * 4.0, rel=0.08)  # dB/cm/MHz, MHz, cm


def test_matched_tgc_makes_it_even_again() -> None:
    level = echo_db(uniform(attenuation=0.5), receive(tgc=0.5))
    assert abs(float(level[50:70].mean() - level[250:270].mean())) < 1.0


def test_what_lies_behind_fluid_is_brighter() -> None:
    body = uniform(attenuation=0.5)
    body.attenuation_SL[100:180, 140:180] = 0.0
    level = echo_db(body, receive(tgc=0.5))
    gain = float(level[200:280, 150:170].mean() - level[200:280, 40:100].mean())
    assert gain == pytest.approx(2 * 0.5 * 3.0 * 1.6, rel=0.25)


def test_beam_is_narrowest_at_the_focus_and_as_wide_as_theory_says() -> None:
    depth = np.linspace(0, 60, 61, dtype=np.float32)[:, None]
    width = lateral_width(depth, PROBE)[:, 0]
    assert int(width.argmin()) == 30
    assert width[30] == pytest.approx(1.54 / 3.0 * 2.5, rel=1e-4)
    assert width[0] > 1.15 * width[30]


def test_speckle_is_wider_away_from_the_focus() -> None:
    amplitude = envelope(uniform(), receive())

    def neighbour_correlation(rows: slice) -> float:
        part = amplitude[rows]
        return float(np.corrcoef(part[:, 2:].ravel(), part[:, :-2].ravel())[0, 1])

    assert neighbour_correlation(slice(0, 30)) > neighbour_correlation(slice(120, 150)) + 0.05


def test_lost_contact_darkens_one_edge() -> None:
    level = echo_db(uniform(), receive(lost_side=0.5))
    assert level[:, -20:].mean() < level[:, :20].mean() - 10


def test_noise_shows_where_there_is_no_echo() -> None:
    body = uniform()
    body.level_SL[:] = -150
    assert echo_db(body, receive(noise_db=-40.0)).mean() > echo_db(body, receive()).mean() + 5


def test_same_generator_same_picture() -> None:
    np.testing.assert_array_equal(echo_db(uniform(), receive(), 3), echo_db(uniform(), receive(), 3))


def test_the_operator_follows_attenuation_in_part() -> None:
    def drawn(attenuation: float) -> Receive:
        rng = np.random.default_rng(1)
        return draw_receive(rng, SKINS[0], gain_db=2.0, attenuation=attenuation, lost_side=0.0)

    low, high = drawn(0.5), drawn(0.8)
    assert high.tgc_attenuation - low.tgc_attenuation == pytest.approx(0.6 * 0.3)
    assert (low.looks, low.gamma) == (SKINS[0].looks, SKINS[0].gamma)
    assert len(low.sliders_db) == 8
