from collections.abc import Iterator

import numpy as np
import pytest

from livernet.core.data.duplicates.align import Pictures, correlate
from livernet.core.data.duplicates.texture import textures
from tests.core.data.duplicates.pictures import copies, picture, thumbnails

IMAGE = picture(5)
ROWS = np.arange(20)


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    with Pictures() as shelved:
        yield shelved


@pytest.mark.parametrize("kind", copies(IMAGE))
def test_a_copy_laid_over_its_original_correlates(pictures: Pictures, kind: str) -> None:
    pictures.add(textures(thumbnails(IMAGE, copies(IMAGE)[kind])))
    there, back = correlate(pictures, np.array([0, 1]), np.array([1, 0]))
    assert min(there, back) > 0.85


def test_other_pictures_of_the_same_sector_do_not(pictures: Pictures) -> None:
    pictures.add(textures(thumbnails(*(picture(seed) for seed in range(40, 61)))))
    assert correlate(pictures, ROWS, ROWS + 1).max() < 0.5


def test_pictures_without_contrast_are_no_copies_of_each_other(pictures: Pictures) -> None:
    blank = np.zeros((64, 64), np.uint8)
    pictures.add(textures(np.stack([blank, blank, np.full((64, 64), 50, np.uint8)])))
    assert correlate(pictures, np.array([0, 0]), np.array([1, 2])).max() == 0


def test_no_pairs_no_scores(pictures: Pictures) -> None:
    nothing = np.empty(0, np.intp)
    pictures.add(textures(thumbnails(IMAGE)))
    assert correlate(pictures, nothing, nothing).shape == (0,)


def test_pictures_come_back_in_any_order(pictures: Pictures) -> None:
    first, second = (textures(thumbnails(picture(seed))) for seed in (1, 2))
    pictures.add(first)
    pictures.add(second)
    assert len(pictures) == 2
    found = pictures.textures(np.array([1, 0, 1]))
    for part, given in zip(found, zip(*(second, first, second), strict=True), strict=True):
        assert part.dtype == np.float32
        assert np.array_equal(part, np.concatenate(given))
