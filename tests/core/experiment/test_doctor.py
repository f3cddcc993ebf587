from pathlib import Path

import pytest

from livernet.core.experiment.doctor import examine, expected_times
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


def test_expected_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livernet.core.experiment.doctor.estimate_seconds", lambda *_: 7200.0)
    assert [check.value for check in expected_times("cpu")] == ["about 2.0 h"] * len(PRESETS)
