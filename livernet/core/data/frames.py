"""Which frames of a cine loop are taken, and where its frames differ.

Shape suffixes: H, W height and width.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from livernet.core.errors import ConfigError, DataError

_Frame = TypeVar("_Frame")

MAX_FRAMES = 20_000
"""A file that claims more is damaged: ten minutes at 30 frames a second."""
PROBES = 8
"""Frames looked at to tell what moves."""
_LEAST_CHANGE = 3.0
"""Standard deviation over time, in grey levels, that lossy compression of a still picture stays below."""
_OVER_NOISE = 3.0
_MOST_NOISE = 6.0
_STILL = 10
"""Per cent of a console screen that never moves: the border, the lettering, the black corners."""
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class FrameChoice:
    """A rule that picks frames: ``first``, ``middle``, ``all`` or ``every N``."""

    rule: str
    """``first``, ``middle``, ``all`` or ``every``."""
    step: int = 1
    """Distance between frames of ``every``."""

    @classmethod
    def parse(cls, text: str) -> "FrameChoice":
        """The rule that a user typed.

        Raises:
            ConfigError: it is none of the four.
        """
        words = text.lower().split()
        if len(words) == 1 and words[0] in {"first", "middle", "all"}:
            return cls(words[0])
        if len(words) == 2 and words[0] == "every" and words[1].isascii() and words[1].isdigit():
            step = int(words[1][:9])
            if step >= 1:
                return cls("every", step)
        raise ConfigError(
            f"frames: {text!r} is no choice of frames",
            "say first, middle, all or, for every tenth frame, 'every 10'",
        )

    def of(self, count: int) -> tuple[int, ...]:
        """The chosen indices, ascending, of a file with ``count`` frames; at least one."""
        if self.rule == "first" or count < 2:
            return (0,)
        if self.rule == "middle":
            return (count // 2,)
        return tuple(range(0, count, self.step))

    def __str__(self) -> str:
        return f"every {self.step}" if self.rule == "every" else self.rule


MIDDLE = FrameChoice("middle")
"""The frame in the middle, the default: a loop's first frame is often still or blank."""


def probes(count: int) -> tuple[int, ...]:
    """At most :data:`PROBES` indices spread evenly over ``count`` frames, the first and last among them."""
    return tuple(sorted({round(i) for i in np.linspace(0, count - 1, min(count, PROBES)).tolist()}))


def sample(read: Callable[[int], _Frame], count: int) -> Iterator[_Frame]:
    """The frames at :func:`probes`, read one at a time; those that cannot be read are passed over."""
    for index in probes(count):
        try:
            frame = read(index)
        except DataError:
            continue
        yield frame


def find_moving(frames: Iterable[NDArray[np.uint8]]) -> NDArray[np.bool_] | None:
    """Where frames differ more than noise does: bool (H, W), or ``None`` where that cannot be told.

    The console around a sector stands still, so the tenth of the screen that changes least shows the noise of
    capture and compression; what moves changes three times as much. It cannot be told for fewer than two
    frames, frames of several sizes, a frozen loop, or one that changes everywhere.

    Args:
        frames: uint8 (H, W) each; consumed one at a time.
    """
    total: NDArray[np.int64] | None = None
    squares: NDArray[np.int64] | None = None
    count = 0
    for grey_HW in frames:
        values = grey_HW.astype(np.int64)
        if total is None or squares is None:
            total, squares = np.zeros_like(values), np.zeros_like(values)
        elif total.shape != values.shape:
            return None
        total += values
        squares += values * values
        count += 1
    if total is None or squares is None or count < 2:
        return None
    change_HW = np.sqrt((count * squares - total * total).astype(np.float32)) / count
    noise = float(np.percentile(change_HW, _STILL))
    moving_HW = change_HW > max(_LEAST_CHANGE, _OVER_NOISE * noise)
    if noise > _MOST_NOISE or moving_HW.mean() < _LEAST_SHARE:
        return None
    return np.asarray(moving_HW)
