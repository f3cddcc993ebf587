import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livernet.core.errors import DataError
from livernet.core.infer.calibration import Calibration, read_calibration


def test_temperature_by_hand_and_order_kept() -> None:
    fit = Calibration(temperature=2.0)
    assert fit.apply((0.64, 0.32, 0.04)) == pytest.approx(
        tuple(np.array([0.8, 0.4**0.5 * 0.8**0.5, 0.2]) / 1.5657), rel=1e-3
    )
    assert sum(fit.apply((1.0, 0.0, 0.0))) == pytest.approx(1)
    assert np.argmax(fit.apply((1.0, 0.0, 0.0))) == 0
    assert Calibration().apply((0.7, 0.3, 0.0)) == (0.7, 0.3, 0.0)


def test_what_a_run_fitted_is_read_back(tmp_path: Path) -> None:
    fits = [
        Calibration(temperature=heat, thresholds={"F4": 0.1 * heat}, patients=20) for heat in (1, 2, 3, 4)
    ]
    each = [fit.to_dict() for fit in fits]
    described = {"folds": [{"fold": n} | each[n] for n in range(3)], "all": each[3]}
    assert read_calibration(tmp_path, "livernet") == {}
    file = tmp_path / "summary.json"
    file.write_text(json.dumps({"models": {"livernet": {"calibration_fit": described}, "vgg16": {}}}))
    found = read_calibration(tmp_path, "livernet")
    assert list(found) == [0, 1, 2, None]
    assert found[None].temperature == described["all"]["temperature"]
    assert found[1].thresholds == described["folds"][1]["thresholds"]
    assert read_calibration(tmp_path, "vgg16") == {}
    described["all"]["temperature"] = float("nan")
    for damage in (
        json.dumps({"models": {"livernet": {"calibration_fit": described}}}),
        "{",
        '{"models": {}}',
    ):
        file.write_text(damage)
        with pytest.raises(DataError, match=r"summary\.json: does not say how livernet was calibrated"):
            read_calibration(tmp_path, "livernet")


def test_predict_imports_nothing_that_fits() -> None:
    code = (
        "import sys, livernet.cli.findings, livernet.core.infer.predict; assert 'sklearn' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
