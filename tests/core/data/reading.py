"""What a test of decoding asks of a file: that it is read as the grey picture it was made from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livernet.core.data.images import read_picture


def assert_near(path: Path, expected: NDArray[np.generic], within: float = 0) -> None:
    """The file is read as ``expected``, no pixel further off than ``within`` grey levels."""
    grey = read_picture(path).grey_HW
    assert grey.shape == np.shape(expected)
    worst = np.abs(grey.astype(float) - expected).max()
    assert worst <= within, worst
