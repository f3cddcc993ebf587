"""Four invented consoles: their screens, their probes and the way they process echoes."""

from dataclasses import dataclass

from livernet.core.phantom.lettering import Colour


@dataclass(frozen=True, kw_only=True)
class Skin:
    """The look and the electronics of one console."""

    name: str
    """Invented maker and model."""
    size: tuple[int, int]
    """Screen width and height, pixels."""
    viewport: tuple[int, int, int, int]
    """x0, y0, x1, y1: where the picture may be drawn."""
    background: Colour
    """Of the screen around the picture."""
    ink: Colour
    """Of the text."""
    accent: Colour
    """Of calipers and the logo."""
    font: int
    """Text height in pixels."""
    layout: str
    """``bar`` (a strip on top), ``left`` (a column), ``corners`` (in the four corners) or ``frame``."""
    fill: float
    """Depth of the picture over the height of the viewport; over 1 the bottom is cut off."""
    radius_mm: float
    """Of the probe's face."""
    half_angle_deg: float
    """Half of the field of view."""
    frequency_mhz: float
    """Centre frequency; abdominal probes use 2 to 5 MHz."""
    looks: int
    """Of spatial compounding."""
    dynamic_range_db: float
    """From black to white."""
    gamma: float
    """Of the grey map."""


SKINS = (
    Skin(
        name="Hanbit H50",
        size=(1024, 768),
        viewport=(150, 84, 944, 728),
        background=(0, 0, 0),
        ink=(214, 214, 214),
        accent=(240, 220, 80),
        font=17,
        layout="bar",
        fill=1.0,
        radius_mm=60.0,
        half_angle_deg=32.0,
        frequency_mhz=3.5,
        looks=2,
        dynamic_range_db=62.0,
        gamma=0.95,
    ),
    Skin(
        name="Seolak E7",
        size=(800, 600),
        viewport=(150, 60, 740, 560),
        background=(62, 62, 66),
        ink=(235, 235, 235),
        accent=(120, 230, 120),
        font=13,
        layout="left",
        fill=1.07,
        radius_mm=50.0,
        half_angle_deg=34.0,
        frequency_mhz=3.3,
        looks=1,
        dynamic_range_db=58.0,
        gamma=1.0,
    ),
    Skin(
        name="Miru Q2",
        size=(960, 720),
        viewport=(90, 70, 890, 690),
        background=(10, 18, 46),
        ink=(200, 216, 245),
        accent=(255, 160, 60),
        font=15,
        layout="frame",
        fill=0.97,
        radius_mm=55.0,
        half_angle_deg=35.0,
        frequency_mhz=3.8,
        looks=3,
        dynamic_range_db=66.0,
        gamma=0.85,
    ),
    Skin(
        name="Onnuri 300",
        size=(720, 576),
        viewport=(70, 44, 670, 540),
        background=(0, 0, 0),
        ink=(255, 255, 255),
        accent=(255, 255, 255),
        font=14,
        layout="corners",
        fill=0.96,
        radius_mm=50.0,
        half_angle_deg=31.0,
        frequency_mhz=3.2,
        looks=2,
        dynamic_range_db=56.0,
        gamma=1.05,
    ),
)
