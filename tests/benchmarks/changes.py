"""What happens to pictures that are copied from set to set; each takes a grey picture and a generator."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Grey = NDArray[np.uint8]
Change = Callable[[Grey, np.random.Generator], Grey]

_MOST_CROPPED = 0.08


def changes() -> dict[str, Change]:
    """All kinds, by name."""
    return {
        "JPEG quality 30": lambda grey, _: jpeg(grey, 30),
        "half the size": lambda grey, _: resized(grey, 0.5, 0.5),
        "1.6 times the size": lambda grey, _: resized(grey, 1.6, 1.6),
        "squeezed to 288x288": lambda grey, _: resized(grey, 288 / grey.shape[1], 288 / grey.shape[0]),
        "mirrored": lambda grey, _: np.ascontiguousarray(grey[:, ::-1]),
        "cropped by 0 to 8 % a side": lambda grey, rng: cropped(grey, rng, _MOST_CROPPED),
        "gain 0.6 to 1.5": lambda grey, rng: levels(grey, gain=rng.uniform(0.6, 1.5)),
        "gamma 0.6 to 1.6": lambda grey, rng: levels(grey, gamma=rng.uniform(0.6, 1.6)),
        "contrast 0.7 to 1.2, brightness -25 to 40": lambda grey, rng: levels(
            grey, gain=rng.uniform(0.7, 1.2), offset=rng.uniform(-25, 40)
        ),
        "crosses and a patch of 8x5 %": marked,
        "all of them, JPEG 35 to 80": mixed,
    }


def jpeg(grey: Grey, quality: int) -> Grey:
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def resized(grey: Grey, across: float, down: float) -> Grey:
    size = round(grey.shape[1] * across), round(grey.shape[0] * down)
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC))


def cropped(grey: Grey, rng: np.random.Generator, most: float) -> Grey:
    height, width = grey.shape
    left, right, top, bottom = rng.uniform(0, most, 4)
    rows = slice(round(top * height), height - round(bottom * height))
    return np.ascontiguousarray(grey[rows, round(left * width) : width - round(right * width)])


def levels(grey: Grey, gain: float = 1, gamma: float = 1, offset: float = 0) -> Grey:
    raised = 255 * np.clip(gain * grey / 255, 0, 1) ** gamma
    return np.clip(np.where(grey > 3, raised + offset, raised), 0, 255).round().astype(np.uint8)


def marked(grey: Grey, rng: np.random.Generator) -> Grey:
    height, width = grey.shape
    image = Image.fromarray(grey)
    draw = ImageDraw.Draw(image)
    arm = max(3, 0.012 * width)
    for x, y in rng.uniform((0.35, 0.3), (0.65, 0.7), (2, 2)) * (width, height):
        draw.line((x - arm, y, x + arm, y), fill=255)
        draw.line((x, y - arm, x, y + arm), fill=255)
    x, y = rng.uniform((0.35, 0.3), (0.55, 0.7)) * (width, height)
    draw.rectangle((x, y, x + 0.08 * width, y + 0.05 * height), fill=200)
    return np.asarray(image)


def mixed(grey: Grey, rng: np.random.Generator) -> Grey:
    smaller = rng.uniform(0.5, 1)
    changed = resized(cropped(grey, rng, 0.05), smaller, smaller)
    changed = levels(changed, gain=rng.uniform(0.7, 1.3), gamma=rng.uniform(0.8, 1.25))
    if rng.random() < 0.5:
        changed = np.ascontiguousarray(changed[:, ::-1])
    return jpeg(changed, int(rng.integers(35, 80)))
