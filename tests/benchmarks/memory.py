"""How memory grows over the folds of one cross-validation in one process (Linux).

python -m tests.benchmarks.memory COHORT --out .github/results/speed-memory.json
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from livernet.core.audits.audit import Audit
from livernet.core.data.manifest import load_manifest
from livernet.core.data.predictions import Prediction
from livernet.core.device import choose_device
from livernet.core.experiment.cv import cross_validate
from livernet.core.experiment.fold import FoldJob
from livernet.core.experiment.plan import CvOptions, CvPlan
from livernet.core.presets import load_config
from livernet.core.train.loop import EpochMetrics
from tests.benchmarks.contest import write
from tests.benchmarks.machine import describe

_SETTINGS = ("train.epochs=3", "train.size=128", "model.width=16")


class PeakOfFolds:
    """A watch of ``cross_validate`` that notes the largest resident memory of every fold, in MB."""

    def __init__(self) -> None:
        self.peaks: list[float] = []

    def planned(self, plan: CvPlan) -> None: ...

    def audited(self, audits: Sequence[Audit]) -> None: ...

    def epoch(self, job: FoldJob, metrics: EpochMetrics) -> None: ...

    def fold_started(self, job: FoldJob) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here

    def fold_finished(self, job: FoldJob, predictions: Sequence[Prediction]) -> None:
        lines = Path("/proc/self/status").read_text().splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        self.peaks.append(int(peak.split()[1]) / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cohort", type=Path, help="a prepared cohort")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    watch = PeakOfFolds()
    cv = CvOptions(
        configs=(load_config("quick", settings=_SETTINGS),), preset="quick", folds=options.folds, workers=1
    )
    with tempfile.TemporaryDirectory() as folder:
        cohort = load_manifest(options.cohort)
        cross_validate(cohort, cv, choose_device("cpu"), Path(folder) / "run", "memory", watch)
    first, last = watch.peaks[0], watch.peaks[-1]
    document = {
        **describe(["torch"]),
        "settings": {"images": len(cohort.rows), "folds": options.folds, "set": _SETTINGS},
        "peak_mb_of_each_fold": [round(peak, 1) for peak in watch.peaks],
        "growth_percent": round(100 * (last / first - 1), 2),
    }
    write(document, options.out)


if __name__ == "__main__":
    main()
