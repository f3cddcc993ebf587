import json

import pytest

from livernet.cli.app import run


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livernet.core.experiment.doctor.convolution_gflops", lambda *_: 987.6)
    monkeypatch.setattr("livernet.core.experiment.doctor.images_per_second", lambda *_: 60.0)


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--device", "cpu"]) == 0
    shown = capsys.readouterr().out
    assert "write access" in shown
    assert "measured speed" in shown
    assert "cv --preset paper" in shown


def test_doctor_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--device", "cpu"]) == 0
    assert {"torch", "device"} <= {check["name"] for check in json.loads(capsys.readouterr().out)}


def test_a_missing_device_fails_with_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--device", "cuda:77"]) == 1
    assert "--device cpu" in capsys.readouterr().out
