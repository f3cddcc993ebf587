import subprocess
import sys

import numpy as np

from livernet.core.data.predictions import Prediction
from livernet.core.infer.case import Case, Finding, hand_over

SAID = Prediction(
    model="livernet", fold=None, seed=0, image="a", patient="", stage=None, true_class=None,
    probabilities=(0.5, 0.5), predicted=0, dice=None, mask_confidence=None,
)  # fmt: skip
FINDING = Finding(prediction=SAID, stem="a", cutoffs={}, liver_share=0.5, folds=(), trained=False, notice="")


def test_a_case_is_worked_on_and_its_finding_kept() -> None:
    case = Case(
        finding=FINDING,
        image_SS=np.zeros((4, 4), np.uint8),
        predicted_SS=np.zeros((4, 4), np.bool_),
        expert_SS=None,
    )
    seen: list[Case] = []
    assert hand_over(case, seen.append) is FINDING
    assert seen == [case]


def test_processes_that_prepare_and_draw_import_no_torch() -> None:
    code = """
import sys
import livernet.core.infer.case, livernet.core.infer.scans, livernet.cli.predict
import livernet.core.report.drawing.figures
assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
