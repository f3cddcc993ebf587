"""Real pictures on the phantom's own consoles: real speckle and shadows, invented patient data around them.

Only for measuring: screens are made in a temporary folder and go with it. Shape suffixes: H, W.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import convex_hull_image

from livernet.core.phantom.plan import Patient
from livernet.core.phantom.screens.canvas import Canvas
from livernet.core.phantom.screens.cases import Case
from livernet.core.phantom.screens.consoles import CONSOLES, Console
from livernet.core.phantom.screens.exposure import Guest, welcome
from livernet.core.phantom.screens.screen import backdrop, dress
from livernet.core.phantom.screens.truth import tokens
from tests.benchmarks.known import Known

FOLDERS = ("aul/images", "rus/images")
_BLACK = 6
_LARGEST = 2.5
_SHARES = {
    "calipers": 0.3,
    "body mark": 0.3,
    "corner name": 0.4,
    "touching text": 0.4,
    "hangul": 0.5,
    "ecg": 0.05,
}


def make_screens(real: Path, raw: Path, seed: int) -> list[Known]:
    """A screen of every picture of ``real``, written to ``raw`` with its truth."""
    raw.mkdir(parents=True)
    files = [path for folder in FOLDERS for path in sorted((real / folder).glob("*.png"))]
    return [_make(path, raw, seed, serial) for serial, path in enumerate(files)]


def _make(path: Path, raw: Path, seed: int, serial: int) -> Known:
    rng = np.random.default_rng([seed, 20, serial])
    console_number = int(rng.integers(len(CONSOLES)))
    guest = welcome(seed, Patient(index=serial % 900, score=1.0, stage=1, images=1, skin=console_number))
    marks = frozenset(name for name, share in _SHARES.items() if rng.random() < share)
    case = Case(mode="bmode", probe="real", condition="real", marks=marks, file="png")
    canvas = _paste(Image.open(path).convert("L"), guest.console)
    dress(rng, canvas, guest, case, ())
    # the name of the source is not kept: it may lead to a person
    name = f"R{serial:04d}.{'jpg' if rng.random() < 0.4 else 'png'}"
    canvas.image.save(raw / name, quality=int(rng.integers(70, 96)))
    mask = raw.parent / "truth" / f"R{serial:04d}.png"
    mask.parent.mkdir(exist_ok=True)
    Image.fromarray(canvas.inside_HW).save(mask)
    document = _truth(guest, case, canvas, name, path.parts[-3])
    return Known(path=raw / name, document={**document, "mask": str(mask)})


def _truth(guest: Guest, case: Case, canvas: Canvas, name: str, source: str) -> dict[str, Any]:
    document = {
        "file": name, "console": guest.console.name, "mode": "bmode", "expected": "written", "probe": source,
        "condition": "real", "carries": sorted(case.marks), "size": list(canvas.size),
        "burned_in": [mark.document() for mark in canvas.marks],
        "tokens": tokens(guest.who, f"{guest.who.hangul}.png"),
    }  # fmt: skip
    return json.loads(json.dumps(document))


def _paste(picture: Image.Image, console: Console) -> Canvas:
    """The real picture's own area, as large as the viewport allows, on the empty console."""
    x0, y0, x1, y1 = console.viewport
    area = Image.fromarray(_area(np.asarray(picture)).astype(np.uint8) * 255)
    box = area.getbbox() or (0, 0, *picture.size)
    picture, area = picture.crop(box), area.crop(box)
    scale = min((x1 - x0) / picture.width, (y1 - y0) / picture.height, _LARGEST)
    size = int(picture.width * scale), int(picture.height * scale)
    picture = picture.resize(size, Image.Resampling.BICUBIC).convert("RGB")
    inside = np.asarray(area.resize(size, Image.Resampling.BILINEAR)) >= 128
    screen = backdrop(console)
    left = x0 + (x1 - x0 - size[0]) // 2
    screen.paste(picture, (left, y0), Image.fromarray(inside.astype(np.uint8) * 255))
    inside_HW = np.zeros((console.size[1], console.size[0]), np.bool_)
    inside_HW[y0 : y0 + size[1], left : left + size[0]] = inside
    return Canvas(image=screen, inside_HW=inside_HW)


def _area(grey_HW: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The convex hull of the largest area that is not black, without the bay under the probe's face."""
    reach = max(3, grey_HW.shape[0] // 40)
    lit = np.pad(ndimage.median_filter(grey_HW, 3) > _BLACK, reach)
    closed = ndimage.binary_closing(lit, iterations=reach)[reach:-reach, reach:-reach]
    labels, count = ndimage.label(closed)
    if count == 0:
        return np.ones(grey_HW.shape, np.bool_)
    largest = labels == 1 + int(np.argmax(ndimage.sum_labels(closed, labels, range(1, count + 1))))
    hull: NDArray[np.bool_] = convex_hull_image(largest)
    rows, columns = np.nonzero(hull)
    bays, count = ndimage.label(hull & ~ndimage.binary_fill_holes(largest))
    for number, (y, x) in enumerate(ndimage.center_of_mass(bays > 0, bays, range(1, count + 1)), 1):
        high = (y - rows.min()) / np.ptp(rows) < 0.2
        central = abs((x - columns.min()) / np.ptp(columns) - 0.5) < 0.15
        if high and central:
            hull &= bays != number
    return hull
