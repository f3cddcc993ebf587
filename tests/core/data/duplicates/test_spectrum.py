import numpy as np
import pytest

from livernet.core.data.duplicates.spectrum import describe
from livernet.core.data.duplicates.texture import textures
from tests.core.data.duplicates.pictures import copies, picture, thumbnails

IMAGE = picture(3)


def described(*images: np.ndarray) -> np.ndarray:
    return describe(textures(thumbnails(*images)).contrast_NSS)


@pytest.mark.parametrize("kind", copies(IMAGE))
def test_a_copy_is_nearer_than_any_other_picture(kind: str) -> None:
    points = described(IMAGE, copies(IMAGE)[kind], *(picture(seed) for seed in range(10, 40)))
    cosine = points @ points[0]
    assert cosine[1] > max(0.5, cosine[2:].max() + 0.1)


def test_mirroring_changes_nothing() -> None:
    contrast = textures(thumbnails(IMAGE)).contrast_NSS
    plain, mirrored = describe(contrast), describe(contrast[:, :, ::-1])
    assert (plain * mirrored).sum() == pytest.approx(1, abs=1e-3)


def test_a_picture_without_contrast_is_like_none() -> None:
    nothing, something = describe(
        np.stack([np.zeros((64, 64), np.float32), textures(thumbnails(IMAGE)).contrast_NSS[0]])
    )
    assert not nothing.any()
    assert np.linalg.norm(something) == pytest.approx(1, abs=1e-5)
