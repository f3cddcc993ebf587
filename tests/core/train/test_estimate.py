import dataclasses

import pytest
import torch

from livernet.core.config import Config
from livernet.core.device import Device
from livernet.core.processes import Crew
from livernet.core.train.estimate import convolution_gflops, estimate_seconds, human_time


def test_estimate_scales_with_the_work(tiny: Config, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livernet.core.train.estimate._timed_steps", lambda *_: [3.0, 1.0, 2.0])
    one = estimate_seconds(tiny, images=10, trainings=1, device=cpu)
    assert one == pytest.approx(1.0 / tiny.train.batch * 10 * tiny.train.epochs)
    assert estimate_seconds(tiny, images=20, trainings=3, device=cpu) == pytest.approx(6 * one)
    crew = Crew(workers=2, threads=1)  # three trainings by two take as long as two by one
    assert estimate_seconds(tiny, images=10, trainings=3, device=cpu, crew=crew) == pytest.approx(2 * one)
    large = dataclasses.replace(tiny, train=dataclasses.replace(tiny.train, size=512))
    pixels, batch = (512 / 128) ** 2, 2  # large pictures are timed small, two at a time
    expected = 1.0 / batch * pixels * 10 * tiny.train.epochs
    assert estimate_seconds(large, images=10, trainings=1, device=cpu) == pytest.approx(expected)


def test_estimate_is_timed_and_leaves_the_random_stream_alone(tiny: Config, cpu: Device) -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    assert 0 < estimate_seconds(tiny, images=1, trainings=1, device=cpu) < 600
    assert torch.equal(torch.rand(1), expected)


def test_convolutions_are_timed_in_the_format_of_the_network(cpu: Device) -> None:
    assert 0.1 < convolution_gflops(cpu, "fp32") < 1e7


@pytest.mark.parametrize(
    ("seconds", "text"), [(40, "40 s"), (720, "12 min"), (12600, "3.5 h"), (86400 * 4.2, "4 days")]
)
def test_human_time(seconds: float, text: str) -> None:
    assert human_time(seconds) == text
