"""What a person may choose of pre-processing; recorded in ``preprocess.json`` and in every model file."""

from dataclasses import asdict, dataclass
from typing import Any, get_args

from livernet.core.errors import ConfigError
from livernet.core.preprocess.geometry import Fit


@dataclass(frozen=True, kw_only=True)
class PreprocessConfig:
    """Settings of pre-processing."""

    size: int = 512
    """Side of the square in pixels."""
    fit: Fit = "pad"
    """``pad`` keeps the aspect and adds black bars; ``stretch`` fills the square."""

    def __post_init__(self) -> None:
        if not 64 <= self.size <= 2048:
            raise ConfigError(
                f"size {self.size} is not between 64 and 2048 pixels", "the paper uses --size 512"
            )
        if self.fit not in get_args(Fit):
            raise ConfigError(
                f"fit {self.fit!r} is neither pad nor stretch", "use --fit pad, which keeps the aspect"
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)
