from pathlib import Path

import pytest

from livernet.core.report.collect import Run, load_run
from tests.fake_run import make_cohort, make_cv


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    make_cohort(tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def cv_folder(tmp_path: Path, cohort: Path) -> Path:
    return make_cv(tmp_path / "runs" / "first", cohort)


@pytest.fixture
def cv_run(cv_folder: Path) -> Run:
    return load_run(cv_folder)
