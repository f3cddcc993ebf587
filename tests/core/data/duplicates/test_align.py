import numpy as np
import pytest

from livernet.core.data.duplicates.align import correlate
from livernet.core.data.duplicates.texture import textures
from tests.core.data.duplicates.pictures import copies, picture, thumbnails

IMAGE = picture(5)
ROWS = np.arange(20)


@pytest.mark.parametrize("kind", copies(IMAGE))
def test_a_copy_laid_over_its_original_correlates(kind: str) -> None:
    found = textures(thumbnails(IMAGE, copies(IMAGE)[kind]))
    there, back = correlate(found, np.array([0, 1]), np.array([1, 0]))
    assert min(there, back) > 0.85


def test_other_pictures_of_the_same_sector_do_not() -> None:
    found = textures(thumbnails(*(picture(seed) for seed in range(40, 61))))
    assert correlate(found, ROWS, ROWS + 1).max() < 0.5


def test_pictures_without_contrast_are_no_copies_of_each_other() -> None:
    blank = np.zeros((64, 64), np.uint8)
    found = textures(np.stack([blank, blank, np.full((64, 64), 50, np.uint8)]))
    assert correlate(found, np.array([0, 0]), np.array([1, 2])).max() == 0


def test_no_pairs_no_scores() -> None:
    nothing = np.empty(0, np.intp)
    assert correlate(textures(thumbnails(IMAGE)), nothing, nothing).shape == (0,)
