"""Fans of speckle with vessels, each its own, and thumbnails of them."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from livernet.core.data.thumbnails import thumbnail

SIDE = 192


def fan() -> NDArray[np.bool_]:
    y, x = np.mgrid[:SIDE, :SIDE]
    return (np.hypot(x - 96, y + 40) < 222) & (np.hypot(x - 96, y + 40) > 62) & (abs(x - 96) < 30 + 0.55 * y)


def picture(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    envelope = np.hypot(
        *(ndimage.gaussian_filter(part, (1.5, 2.5)) for part in rng.normal(size=(2, SIDE, SIDE)))
    )
    tissue = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 8)
    level = 110 + 35 * np.log(envelope / envelope.mean() + 0.05) + 25 * tissue / tissue.std()
    return np.where(fan(), level.clip(10, 240), 0).astype(np.uint8)


def jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def resized(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC))


def thumbnails(*images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([thumbnail(image) for image in images])


def copies(image: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """The picture, changed as copies are."""
    marked = image.copy()
    marked[90:98, 80:100] = 255
    return {
        "re-encoded": jpeg(image, 30),
        "half the size": resized(image, SIDE // 2, SIDE // 2),
        "stretched": resized(image, SIDE, SIDE * 3 // 4),
        "mirrored": image[:, ::-1],
        "cropped": image[6:-12, 8:-4],
        "darker": (image * 0.6).astype(np.uint8),
        "gamma": (255 * (image / 255) ** 0.7).astype(np.uint8),
        "marked": marked,
    }
