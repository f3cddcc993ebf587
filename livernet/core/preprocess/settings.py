"""What a person may choose of pre-processing; recorded in ``preprocess.json`` and in every model file."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from livernet.core.data.frames import FrameChoice
from livernet.core.errors import ConfigError
from livernet.core.preprocess.geometry import Fit

OnMarker = Literal["quarantine", "inpaint", "keep"]


@dataclass(frozen=True, kw_only=True)
class PreprocessConfig:
    """Settings of pre-processing."""

    size: int = 512
    """Side of the square in pixels."""
    fit: Fit = "pad"
    """``pad`` keeps the aspect and adds black bars; ``stretch`` fills the square."""
    frames: str = "middle"
    """Which frames of a cine loop: ``first``, ``middle``, ``all`` or ``every N``."""
    on_marker: OnMarker = "inpaint"
    """What becomes of pictures with calipers, body marks and the like inside the sector."""
    allow_doppler: bool = False
    """Whether colour inside the sector, and region tags of flow or spectra over it, are let pass."""

    def __post_init__(self) -> None:
        if not 64 <= self.size <= 2048:
            raise ConfigError(
                f"size {self.size} is not between 64 and 2048 pixels", "the paper uses --size 512"
            )
        if self.fit not in get_args(Fit):
            raise ConfigError(
                f"fit {self.fit!r} is neither pad nor stretch", "use --fit pad, which keeps the aspect"
            )
        if self.on_marker not in get_args(OnMarker):
            raise ConfigError(
                f"on-marker {self.on_marker!r} is none of {', '.join(get_args(OnMarker))}",
                "use --on-marker inpaint, which paints marks over and keeps a mask of them",
            )
        object.__setattr__(self, "frames", str(FrameChoice.parse(self.frames)))

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)
