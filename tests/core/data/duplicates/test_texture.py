import numpy as np

from livernet.core.data.duplicates.texture import textures
from tests.core.data.duplicates.pictures import fan, picture, thumbnails


def test_contrast_is_centred_inside_the_sector_and_zero_outside() -> None:
    found = textures(thumbnails(picture(0), picture(1)))
    assert found.contrast_NSS.shape == found.inside_NSS.shape == (2, 64, 64)
    for contrast, inside in zip(*found, strict=True):
        assert not contrast[inside == 0].any()
        assert abs(contrast[inside > 0].astype(np.float32).mean()) < 0.01
        assert 0.3 < inside.mean() < fan().mean()


def test_gain_does_not_matter_and_neither_does_a_slow_fall_of_brightness() -> None:
    image = picture(0)
    fading = (image * np.linspace(1, 0.6, len(image))[:, None]).astype(np.uint8)
    plain, darker, faded = textures(thumbnails(image, (0.6 * image).astype(np.uint8), fading)).contrast_NSS
    for other in (darker, faded):
        assert np.corrcoef(plain.ravel(), other.ravel())[0, 1] > 0.97


def test_pictures_of_one_sector_have_nothing_in_common() -> None:
    first, second = textures(thumbnails(picture(0), picture(1))).contrast_NSS
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.15


def test_nothing_and_a_flat_picture_have_no_contrast() -> None:
    flat = textures(np.stack([np.zeros((64, 64), np.uint8), np.full((64, 64), 90, np.uint8)]))
    assert not flat.contrast_NSS[0].any()
    assert np.isfinite(flat.contrast_NSS).all()
    picked = flat.pick(np.array([1]))
    assert picked.contrast_NSS.shape == (1, 64, 64)
    assert picked.contrast_NSS.dtype == np.float32
