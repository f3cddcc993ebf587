"""Fourteen invented consoles as data: the family of screens that pre-processing meets."""

from dataclasses import dataclass

from livernet.core.phantom.lettering import Colour

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, kw_only=True)
class Console:
    """Look and electronics of one console."""

    name: str
    """Invented maker and model."""
    size: tuple[int, int]
    """Screen width and height, pixels."""
    viewport: tuple[int, int, int, int]
    """x0, y0, x1, y1: where pictures may be drawn."""
    background: tuple[Colour, Colour]
    """Of the screen, at the top and at the bottom; a gradient where they differ."""
    canvas: Colour | None = None
    """Of the viewport around the picture; ``None``: the screen's background shows through."""
    panel: Colour | None = None
    """Of the header's strip or column, where it has a colour of its own."""
    ink: Colour = (220, 220, 220)
    """Of text on the background."""
    panel_ink: Colour = (220, 220, 220)
    """Of text in the header."""
    accent: Colour = (240, 220, 80)
    """Of calipers, labels and the logo."""
    font: int = 14
    """Text height of the header, pixels."""
    small: int = 11
    """Text height of settings and scales, pixels."""
    layout: str = "top"
    """Where the header lies: ``top``, ``bottom``, ``left``, ``right`` or ``over`` the viewport's corners."""
    parts: tuple[str, ...] = ()
    """Furniture it draws, names of ``furniture.PARTS``."""
    looks: int = 2
    """Of spatial compounding."""
    dynamic_range_db: float = 60.0
    """From black to white."""
    gamma: float = 1.0
    """Of the grey map."""
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of the grey map: some consoles show it a little warm or cold."""


CONSOLES = (
    Console(
        name="Baram V1", size=(480, 360), viewport=(64, 36, 436, 354), background=(BLACK, BLACK),
        font=10, small=9, ink=(200, 200, 200), layout="top", parts=("grey right", "ruler right", "logo"),
        looks=1, dynamic_range_db=56.0,
    ),
    Console(
        name="Dasan U2", size=(640, 480), viewport=(128, 26, 604, 472),
        background=((36, 36, 38), (36, 36, 38)), font=12, small=10, layout="left",
        parts=("grey left", "ruler right", "focus", "logo"), looks=1, gamma=0.95, dynamic_range_db=58.0,
    ),
    Console(
        name="Nuri S5", size=(720, 576), viewport=(44, 26, 676, 548), background=(BLACK, BLACK), font=14,
        small=11, ink=WHITE, panel_ink=WHITE, accent=WHITE, layout="over",
        parts=("grey left", "ruler right", "tgc", "logo"), looks=2, dynamic_range_db=56.0, gamma=1.05,
    ),
    Console(
        name="Garam 8", size=(800, 600), viewport=(96, 58, 736, 566),
        background=((104, 104, 108), (104, 104, 108)), ink=(16, 16, 18), panel_ink=(16, 16, 18),
        accent=(250, 230, 60), font=15, small=12, layout="top",
        parts=("grey right", "ruler touching", "keys", "logo"), looks=2, dynamic_range_db=62.0,
    ),
    Console(
        name="Sora X", size=(1024, 768), viewport=(70, 40, 820, 744), background=((10, 18, 46), (10, 18, 46)),
        ink=(200, 214, 246), panel_ink=(230, 236, 255), accent=(255, 160, 60), font=17, small=13,
        layout="right", parts=("frame", "grey left", "ruler touching", "focus", "tgc", "logo"), looks=3,
        dynamic_range_db=66.0, gamma=0.88,
    ),
    Console(
        name="Taebaek 3", size=(1280, 960), viewport=(150, 96, 1120, 900),
        background=((70, 76, 90), (20, 22, 30)), canvas=BLACK, panel=(206, 210, 216), panel_ink=(20, 24, 40),
        font=22, small=15, layout="top", parts=("grey right", "ruler right", "tgc", "thumbs", "logo"),
        looks=3, dynamic_range_db=64.0, gamma=0.92,
    ),
    Console(
        name="Haedong L7", size=(1280, 1024), viewport=(236, 28, 1200, 900),
        background=((30, 32, 34), (30, 32, 34)), accent=(120, 230, 120), font=19, small=14, layout="left",
        parts=("grey right", "ruler right", "focus", "thumbs", "keys", "logo"), looks=2,
        dynamic_range_db=60.0, tint=(1.0, 0.97, 0.9),
    ),
    Console(
        name="Dongnae 19", size=(1440, 900), viewport=(300, 30, 1370, 870), background=(BLACK, BLACK),
        panel=(190, 193, 197), panel_ink=(12, 12, 14), font=18, small=14, layout="left",
        parts=("grey right", "ruler touching", "focus", "buttons", "logo"), looks=3, dynamic_range_db=66.0,
    ),
    Console(
        name="Arirang HD", size=(1920, 1080), viewport=(340, 36, 1700, 1010),
        background=((8, 12, 26), (34, 44, 70)), ink=(210, 220, 240), panel_ink=(236, 240, 250),
        accent=(90, 220, 255), font=26, small=18, layout="left",
        parts=("grey right", "ruler right", "focus", "tgc", "thumbs", "keys", "logo"), looks=3,
        dynamic_range_db=68.0, gamma=0.9, tint=(0.93, 0.97, 1.0),
    ),
    Console(
        name="Onsae 64", size=(640, 480), viewport=(40, 10, 596, 424),
        background=((16, 28, 66), (16, 28, 66)),
        canvas=BLACK, panel=(40, 60, 120), ink=(225, 230, 250), panel_ink=WHITE, font=13, small=10,
        layout="bottom", parts=("grey right", "ruler right", "logo"), looks=1, dynamic_range_db=60.0,
    ),
    Console(
        name="Byeolha M", size=(1024, 768), viewport=(60, 24, 800, 700),
        background=((88, 92, 96), (88, 92, 96)), canvas=BLACK, panel=(60, 64, 68), ink=(240, 240, 240),
        accent=(255, 120, 120), font=16, small=13, layout="right",
        parts=("grey left", "ruler touching", "colour bar", "buttons", "logo"), looks=2,
        dynamic_range_db=58.0, gamma=1.05,
    ),
    Console(
        name="Saebom 4", size=(800, 600), viewport=(20, 14, 748, 580), background=(BLACK, BLACK), font=9,
        small=9, ink=(170, 200, 170), panel_ink=(190, 220, 190), layout="over",
        parts=("grey right", "ruler right", "focus", "logo"), looks=1, dynamic_range_db=54.0,
    ),
    Console(
        name="Cheonma P", size=(1920, 1080), viewport=(180, 110, 1640, 1040), background=(BLACK, BLACK),
        panel=(24, 26, 32), ink=(225, 225, 225), font=30, small=20, layout="top",
        parts=("grey left", "ruler right", "tgc", "thumbs", "colour bar", "logo"), looks=2,
        dynamic_range_db=64.0, gamma=0.95,
    ),
    Console(
        name="Jindal 72", size=(720, 576), viewport=(70, 60, 650, 540),
        background=((62, 64, 70), (30, 30, 34)), panel=(222, 222, 214), panel_ink=(10, 10, 40),
        accent=(255, 235, 90), font=13, small=10, layout="top",
        parts=("grey right", "ruler touching", "keys", "logo"), looks=2, dynamic_range_db=60.0,
    ),
)  # fmt: skip
