from pathlib import Path

import torch
from rich.console import Console

from livernet.cli.fold_table import fold_table
from livernet.core.experiment.plan import CvOptions, plan_cv
from tests.tiny_cohort import make_cohort, tiny_config


def test_each_fold_shows_its_images_and_its_patients_by_stage(tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path, (0, 0, 2, 3, 4, 4), images=2)
    options = CvOptions(configs=(tiny_config(),), preset="quick", folds=2)
    console = Console(width=100, record=True, quiet=False, file=(tmp_path / "console").open("w"))
    console.print(fold_table(plan_cv(cohort, options, torch.device("cpu"))))
    console.file.close()
    lines = [line.split() for line in console.export_text().splitlines()]
    numbers = [line for line in lines if line and line[0] in {"0", "1"}]
    assert [line[:9] for line in numbers] == [
        [fold, "6", "images,", "3", "pat.", "6", "images,", "3", "pat."] for fold in "01"
    ]
    assert [line[9] for line in numbers] == ["1", "1"]  # F0
    assert sorted(line[10:12] for line in numbers) == [["0", "1"], ["1", "0"]]  # F2, F3; no patient has F1
