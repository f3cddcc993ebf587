from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livernet.core.device import choose_device
from livernet.core.experiment.doctor import examine, measured_speed
from livernet.core.presets import PRESETS


def test_everything_is_looked_at(tmp_path: Path) -> None:
    checks = {check.name: check for check in examine("cpu", tmp_path)}
    assert {"livernet", "torch", "device", "compressed DICOM", "disk", "write access"} <= set(checks)
    assert "CPU" in checks["device"].value
    assert checks["write access"].value == "yes"
    assert not list(tmp_path.iterdir())


def test_faults_carry_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    checks = {check.name: check for check in examine("cuda:77", tmp_path)}
    assert "--device cpu" in checks["device"].remedy
    assert checks["write access"].value == "no (Permission denied)"
    assert checks["write access"].remedy


def test_measured_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr("livernet.core.experiment.doctor.convolution_gflops", lambda *_: 987.6)
    monkeypatch.setattr("livernet.core.experiment.doctor.images_per_second", lambda *_: 5.0)
    speed, *times = measured_speed("cpu")
    assert speed.value.startswith("988 GFLOP/s of 3x3 convolutions in ")
    expected = {"paper": "7.4 h", "small": "1.8 h", "quick": "71 min"}  # 10 x 106 x epochs / (2 x 5)
    assert [check.name for check in times] == [f"cv --preset {name}" for name in PRESETS]
    for check in times:
        time = expected[check.name.split()[-1]]
        assert check.value == f"about {time}, 10 training images a second"


def test_a_driver_that_is_too_old_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(choose_device("cpu"), notice="the GPU cannot be used, computing on the CPU: too old")
    monkeypatch.setattr("livernet.core.experiment.doctor.choose_device", lambda _: old)
    checks = {check.name: check for check in examine("auto", tmp_path)}
    assert "too old" in checks["GPU"].value
    assert "driver" in checks["GPU"].remedy
