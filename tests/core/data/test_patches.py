import numpy as np
import pytest
import torch

from livernet.core.config import Config, ModelConfig, TrainConfig, VggConfig
from livernet.core.data.patches import fixed_generator, place_windows
from livernet.core.errors import DataError


def config(**vgg: object) -> Config:
    settings = {"patch": 32, "patches": 5} | vgg
    return Config(
        model=ModelConfig(name="vgg16"),
        train=TrainConfig(size=96),
        vgg=VggConfig(**settings),  # type: ignore[arg-type]
    )


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((96, 96), dtype=np.bool_)
    mask[top:bottom, left:right] = True
    return mask


LIT = np.full((96, 96), 50, np.uint8)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_patches_lie_inside_the_liver() -> None:
    liver = box(10, 60, 20, 70)
    windows = place_windows(LIT, liver, config(patches=40), generator())
    assert (windows.found, windows.centred, windows.corner_P2.shape) == ("mask", False, (40, 2))
    assert all(liver[row : row + 32, left : left + 32].all() for row, left in windows.corner_P2.tolist())
    assert len({tuple(corner) for corner in windows.corner_P2.tolist()}) > 20
    cut = windows.cut(torch.from_numpy(liver.astype(np.uint8)).unsqueeze(0))
    assert cut.shape == (40, 1, 32, 32)
    assert cut.min() == 1


def test_a_liver_smaller_than_a_patch_gets_the_patch_centred_on_it() -> None:
    windows = place_windows(LIT, box(40, 50, 60, 66), config(), generator())
    assert (windows.found, windows.centred) == ("mask", True)
    assert {tuple(corner) for corner in windows.corner_P2.tolist()} == {(29, 47)}


def test_a_narrow_liver_at_the_edge_gets_a_patch_within_the_picture() -> None:
    windows = place_windows(LIT, box(90, 96, 0, 96), config(), generator())
    (row, left) = windows.corner_P2[0].tolist()
    assert windows.centred
    assert row == 64
    assert 0 <= left <= 64


@pytest.mark.parametrize("liver", [None, np.zeros((96, 96), dtype=np.bool_)])
def test_without_a_liver_they_lie_in_the_sector(liver: np.ndarray | None) -> None:
    image = np.where(box(5, 80, 10, 90), 70, 0).astype(np.uint8)
    windows = place_windows(image, liver, config(), generator())
    assert windows.found == "sector"
    assert all(image[r : r + 32, c : c + 32].all() for r, c in windows.corner_P2.tolist())


def test_a_black_picture_has_no_place_but_is_seen_whole() -> None:
    black = np.zeros((96, 96), np.uint8)
    with pytest.raises(DataError, match="the picture is black: there is nothing to cut patches from"):
        place_windows(black, None, config(), generator())
    windows = place_windows(black, None, config(input="whole"), generator())
    assert (windows.found, windows.side, windows.corner_P2.tolist()) == ("whole", 96, [[0, 0]])


def test_a_picture_keeps_its_patches_for_a_seed() -> None:
    def drawn(seed: int, image_hash: str) -> list[int]:
        return torch.randint(10**6, (4,), generator=fixed_generator(seed, image_hash)).tolist()

    first, other = "ab" * 32, "cd" * 32
    assert drawn(0, first) == drawn(0, first)
    assert drawn(0, first) != drawn(1, first)
    assert drawn(0, first) != drawn(0, other)


def test_another_outline_changes_the_patches_at_its_edge_alone() -> None:
    def corners(liver: np.ndarray) -> set[tuple[int, ...]]:
        windows = place_windows(LIT, liver, config(patches=30), generator())
        return {tuple(corner) for corner in windows.corner_P2.tolist()}

    first, wider = corners(box(10, 80, 10, 80)), corners(box(10, 80, 10, 82))
    assert len(first) == 30
    assert len(first & wider) >= 25


def test_a_place_for_few_patches_gives_each_of_them_again() -> None:
    windows = place_windows(LIT, box(10, 42, 10, 44), config(patches=9), generator())
    corners = [tuple(corner) for corner in windows.corner_P2.tolist()]
    assert set(corners) == {(10, 10), (10, 11), (10, 12)}
    assert all(corners.count(one) == 3 for one in set(corners))
