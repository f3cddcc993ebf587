"""From maps of the body to a grey picture in beam space: scatterers, beams, gain, log compression."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from livernet.core.phantom.anatomy import Body
from livernet.core.phantom.fields import Field
from livernet.core.phantom.scan import SAMPLE_MM, Probe
from livernet.core.phantom.tissue import SPEED_MM_PER_US

CYCLES = 2.0
"""Length of the pulse; two to three cycles are usual in B-mode (Szabo 2014, chapter 10)."""


@dataclass(frozen=True, kw_only=True)
class Receive:
    """How the scanner was set when the picture was taken."""

    gain_db: float
    """Overall gain."""
    tgc_attenuation: float
    """What the time-gain compensation assumes, dB/cm/MHz."""
    sliders_db: tuple[float, ...]
    """What the operator's eight sliders add from top to bottom, dB."""
    noise_db: float
    """Electronic noise at the face, relative to liver, before the time-gain compensation."""
    dynamic_range_db: float
    """From black to white."""
    looks: int
    """Steered pictures averaged by spatial compounding."""
    gamma: float
    """Of the grey map; below 1 lifts the dark tones."""
    lost_side: float
    """Contact lost at one edge: sign is the side, size the part of the half angle."""


class Electronics(Protocol):
    """What a console does to echoes, whatever the operator sets."""

    @property
    def dynamic_range_db(self) -> float:
        """From black to white."""

    @property
    def looks(self) -> int:
        """Of spatial compounding."""

    @property
    def gamma(self) -> float:
        """Of the grey map."""


def draw_receive(
    rng: np.random.Generator,
    electronics: Electronics,
    *,
    gain_db: float,
    attenuation: float,
    lost_side: float,
) -> Receive:
    """Settings of one picture: the operator follows the attenuation (dB/cm/MHz) in part, never quite."""
    return Receive(
        gain_db=gain_db + float(rng.normal(0, 1.0)),
        tgc_attenuation=0.52 + 0.6 * (attenuation - 0.5) + float(rng.normal(0, 0.015)),
        sliders_db=tuple(float(v) for v in rng.normal(0, 1.3, 8)),
        noise_db=float(rng.normal(-67.0, 2.0)),
        dynamic_range_db=electronics.dynamic_range_db,
        looks=electronics.looks,
        gamma=electronics.gamma,
        lost_side=lost_side,
    )


def insonify(rng: np.random.Generator, body: Body, probe: Probe, receive: Receive) -> Field:
    """Grey values 0..255 (S, L) of one picture in beam space."""
    amplitude_SL = _to_amplitude(body.level_SL - _loss(body.attenuation_SL, probe))
    tgc_S1 = _tgc(probe, receive, body.level_SL.shape[0])
    noise_S1 = 10 ** (receive.noise_db / 20) * np.ones_like(tgc_S1)
    edge_1L = _contact(receive, body.level_SL.shape[1])
    power_SL = np.zeros_like(body.level_SL)
    for _ in range(receive.looks):
        echo_SL = _echo(rng, amplitude_SL * edge_1L, body.coherent_SL, probe)
        power_SL += np.square(np.abs(echo_SL + noise_S1 * _phasors(rng, echo_SL.shape)))
    envelope_db = 10 * np.log10(power_SL / receive.looks + np.float32(1e-12)) + 20 * np.log10(tgc_S1)
    shown = (envelope_db + receive.gain_db) / np.float32(receive.dynamic_range_db) + np.float32(0.37)
    grey: Field = 255 * np.clip(shown, 0, 1) ** np.float32(receive.gamma)
    return grey


def lateral_width(depth_S1: Field, probe: Probe) -> Field:
    """Full width at half maximum of the beam in mm, by depth.

    At the focus it is wavelength times f-number (Szabo 2014, chapter 6).
    Away from the focus it widens as a Gaussian beam does; its depth of field is about
    7 wavelengths times the f-number squared.
    """
    wavelength = SPEED_MM_PER_US / probe.frequency_mhz
    half_field = 3.5 * wavelength * probe.f_number**2
    away: Field = (depth_S1 - np.float32(probe.focus_mm)) / np.float32(half_field)
    # Receive focusing follows the echo, so that little of the widening is left.
    return np.float32(wavelength * probe.f_number) * np.sqrt(1 + np.float32(0.06) * np.square(away))


def _echo(
    rng: np.random.Generator, amplitude_SL: Field, coherent_SL: Field, probe: Probe
) -> NDArray[np.complex64]:
    """Scatterers seen through the point-spread function, scaled so that plain liver has unit power.

    The lateral width depends on depth alone, so a product with one Gaussian a row in the beams' Fourier space
    is exact.
    """
    scatterers = amplitude_SL * (
        coherent_SL + np.sqrt(1 - np.square(coherent_SL)) * _phasors(rng, amplitude_SL.shape)
    )
    samples, lines = amplitude_SL.shape
    depth = np.arange(samples, dtype=np.float32)[:, None] * np.float32(SAMPLE_MM)
    pitch = 2 * probe.half_angle / (lines - 1) * (depth + np.float32(probe.radius_mm))
    sigma = lateral_width(depth, probe) / np.float32(2.355) / pitch
    padded = fft.next_fast_len(lines + 24)
    across = np.square(2 * np.pi * fft.fftfreq(padded).astype(np.float32))[None, :]
    spectrum = fft.fft(scatterers, padded, axis=1) * np.exp(-np.square(sigma) * across / 2)
    beams = fft.ifft(spectrum, axis=1)[:, :lines] * np.sqrt(2 * np.sqrt(np.pi) * sigma)
    pulse = CYCLES * SPEED_MM_PER_US / probe.frequency_mhz / 2 / 2.355 / SAMPLE_MM
    rows = fft.next_fast_len(samples + 24)
    along = np.square(2 * np.pi * fft.fftfreq(rows).astype(np.float32))[:, None]
    filtered = fft.fft(beams, rows, axis=0) * np.exp(-np.float32(pulse**2 / 2) * along)
    echo: NDArray[np.complex64] = fft.ifft(filtered, axis=0)[:samples] * np.float32(
        np.sqrt(2 * np.sqrt(np.pi) * pulse)
    )
    return echo


def _phasors(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    """Complex Gaussian noise of unit power: many scatterers in a resolution cell (Wagner et al. 1983)."""
    parts = rng.standard_normal((*shape, 2), dtype=np.float32)
    return parts.view(np.complex64)[..., 0] * np.float32(np.sqrt(0.5))


def _to_amplitude(level_db: Field) -> Field:
    return np.float32(10) ** (level_db / np.float32(20))


def _loss(attenuation_SL: Field, probe: Probe) -> Field:
    """Attenuation there and back, dB; the beam's width blurs the edges of shadows."""
    step_cm = np.float32(SAMPLE_MM / 10)
    loss = np.cumsum(attenuation_SL, axis=0) * (2 * np.float32(probe.frequency_mhz) * step_cm)
    blurred: Field = ndimage.gaussian_filter1d(np.minimum(loss, 160), 2.5, axis=1, mode="nearest")
    return blurred


def _tgc(probe: Probe, receive: Receive, samples: int) -> Field:
    """Gain factor by depth (S, 1): an assumed attenuation and the operator's sliders."""
    depth_cm = np.arange(samples, dtype=np.float32) * np.float32(SAMPLE_MM / 10)
    assumed = 2 * receive.tgc_attenuation * probe.frequency_mhz * depth_cm
    at = np.linspace(0, depth_cm[-1], len(receive.sliders_db))
    sliders = np.interp(depth_cm, at, receive.sliders_db)
    return _to_amplitude((assumed + sliders).astype(np.float32))[:, None]


def _contact(receive: Receive, lines: int) -> Field:
    """Amplitude factor by beam (1, L): air under one edge of the probe dims its beams."""
    place = np.linspace(-1, 1, lines, dtype=np.float32) * np.float32(np.sign(receive.lost_side))
    over = np.clip(place - np.float32(1 - abs(receive.lost_side)), 0, None)
    return _to_amplitude(-60 * over)[None, :]
