import numpy as np
import pytest

from livernet.core.data.frames import MIDDLE, PROBES, FrameChoice, find_moving, probes, sample
from livernet.core.errors import ConfigError, DataError

STILL = np.full((60, 80), 40, np.uint8)
INSIDE = np.zeros((60, 80), bool)
INSIDE[10:50, 20:60] = True


def loop(frames=8, noise=0.0, seed=0):
    """Speckle that changes within INSIDE, on a console that stands still but for noise."""
    rng = np.random.default_rng(seed)
    for _ in range(frames):
        values = STILL + np.where(INSIDE, rng.normal(60, 20, STILL.shape), 0)
        yield (values + rng.normal(0, noise, STILL.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("text", "of_ten"),
    [
        ("first", (0,)),
        ("middle", (5,)),
        ("all", tuple(range(10))),
        ("every 4", (0, 4, 8)),
        (" Every  10 ", (0,)),
    ],
)
def test_choices(text, of_ten):
    choice = FrameChoice.parse(text)
    assert choice.of(10) == of_ten
    assert choice.of(1) == (0,)
    assert FrameChoice.parse(str(choice)) == choice


def test_the_text_of_a_choice_is_the_one_typed():
    assert str(FrameChoice.parse("every 07")) == "every 7"
    assert str(MIDDLE) == "middle"


@pytest.mark.parametrize("text", ["", "last", "every", "every 0", "every -1", "every ²", "every 1 2", "3"])
def test_other_texts_are_refused_with_the_remedy(text):
    with pytest.raises(ConfigError, match="is no choice of frames") as caught:
        FrameChoice.parse(text)
    assert "every 10" in caught.value.hint


def test_probes_reach_from_end_to_end():
    assert probes(1) == (0,)
    assert probes(3) == (0, 1, 2)
    assert (len(probes(500)), probes(500)[0], probes(500)[-1]) == (PROBES, 0, 499)


def test_sample_passes_over_damaged_frames_one_at_a_time():
    def read(index):
        if index == 1:
            raise DataError("frame 2 is damaged", "hint")
        return index

    assert list(sample(read, 3)) == [0, 2]


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_what_moves_is_told_from_noise(noise):
    moving = find_moving(loop(noise=noise))
    assert moving is not None
    assert moving[INSIDE].mean() > 0.95
    assert moving[~INSIDE].mean() < 0.01


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [STILL],
        [STILL] * 8,
        [STILL, STILL[:30]],
        list(np.random.default_rng(0).integers(0, 256, (8, 60, 80), dtype=np.uint8)),
    ],
    ids=["none", "one", "frozen", "two sizes", "all noise"],
)
def test_sometimes_it_cannot_be_told(frames):
    assert find_moving(frames) is None


def test_a_clock_that_ticks_is_no_moving_picture():
    frames = [STILL.copy() for _ in range(8)]
    for second, frame in enumerate(frames):
        frame[2:6, 2:6] = 30 * second
    assert find_moving(frames) is None
