"""Where patches are cut from a picture: inside its liver, else inside its sector.

Shape suffixes: H rows, W columns, P patches, S side of a patch.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livernet.core.config import Config
from livernet.core.data.sector import find_sector
from livernet.core.errors import DataError

Found = Literal["mask", "sector", "whole"]


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The patches of one picture, not yet cut."""

    corner_P2: Tensor
    """Row and column of each upper left corner, int64."""
    side: int
    """Of every patch, in pixels."""
    found: Found
    """What they lie in: the mask of the liver, the sector for want of one, or the whole picture."""
    centred: bool
    """Whether no patch fits inside, so that all of them are the one centred there."""

    def cut(self, image_1HW: Tensor) -> Tensor:
        """The patches (P, 1, S, S) of a picture, in its own number format."""
        corners: list[list[int]] = self.corner_P2.tolist()
        return torch.stack(
            [image_1HW[:, row : row + self.side, left : left + self.side] for row, left in corners]
        )


def place_windows(
    image_HW: NDArray[np.uint8],
    liver_HW: NDArray[np.bool_] | None,
    config: Config,
    generator: torch.Generator,
) -> Windows:
    """Draw the patches of a picture at the training size, anew for every state of the generator.

    Args:
        image_HW: the picture.
        liver_HW: its liver; ``None`` or empty where it is unknown.
        config: number and side of the patches.
        generator: on the CPU.

    Raises:
        DataError: the picture is black, so that there is neither liver nor sector.
    """
    if config.vgg.input == "whole":
        corner = torch.zeros((1, 2), dtype=torch.int64)
        return Windows(corner_P2=corner, side=len(image_HW), found="whole", centred=False)
    known = liver_HW is not None and bool(liver_HW.any())
    place_HW = liver_HW if liver_HW is not None and known else find_sector(image_HW)
    if not place_HW.any():
        raise DataError(
            "the picture is black: there is nothing to cut patches from", "take it out of the cohort"
        )
    fitting_C2, centred = _corners(place_HW, config.vgg.patch)
    corner_C2 = torch.from_numpy(fitting_C2)
    # the lots of all places are drawn, so that another outline changes the patches at its edge alone
    lot_HW = torch.rand(image_HW.shape, generator=generator)
    drawn_C = lot_HW[corner_C2[:, 0], corner_C2[:, 1]].argsort()
    return Windows(
        corner_P2=corner_C2[drawn_C[torch.arange(config.vgg.patches) % len(drawn_C)]],
        side=config.vgg.patch,
        found="mask" if known else "sector",
        centred=centred,
    )


def fixed_generator(seed: int, image_hash: str) -> torch.Generator:
    """Of the patches that a picture keeps over all folds and epochs, whoever asks for them."""
    state = np.random.SeedSequence([seed, int(image_hash[:16], 16)]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))


def _corners(place_HW: NDArray[np.bool_], side: int) -> tuple[NDArray[np.int64], bool]:
    """Corners (C, 2) of all patches that lie inside; where none does, the one centred among the fullest."""
    sums = np.pad(place_HW.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
    filled = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    fullest_C2 = np.argwhere(filled == filled.max())
    if filled.max() == side * side:
        return fullest_C2, False
    middle = fullest_C2.mean(axis=0)
    nearest = np.square(fullest_C2 - middle).sum(axis=1).argmin()
    return fullest_C2[nearest : nearest + 1], True
