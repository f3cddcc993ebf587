import pytest

from livernet.core.errors import ConfigError
from livernet.core.preprocess.settings import PreprocessConfig


def test_defaults_are_the_papers():
    assert PreprocessConfig().to_dict() == {
        "size": 512, "fit": "pad", "frames": "middle", "on_marker": "inpaint", "allow_doppler": False
    }  # fmt: skip


def test_wrong_values():
    with pytest.raises(ConfigError, match="size 10 is not between 64 and 2048"):
        PreprocessConfig(size=10)
    with pytest.raises(ConfigError, match="neither pad nor stretch"):
        PreprocessConfig(fit="crop")  # type: ignore[arg-type]  # what a user may type
    with pytest.raises(ConfigError, match="on-marker 'drop' is none of quarantine, inpaint, keep"):
        PreprocessConfig(on_marker="drop")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="frames: 'every' is no choice of frames"):
        PreprocessConfig(frames="every")


def test_one_spelling_of_frames():
    assert PreprocessConfig(frames=" First ").frames == "first"
    assert PreprocessConfig(frames="EVERY  10").frames == "every 10"
