"""How long ``report`` takes for a run of 6,000 predictions, and how large its page is.

    python -m tests.benchmarks.report --out .github/results/report-speed.json

The cohort is made for it: pictures of speckle with expert masks, two a patient; two networks answered, the
first kept its masks. The audits come from a file, as ``cv`` writes them: they have a budget of their own.
"""

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from pathlib import Path
from typing import Any

from livernet.core.report.build import build_report
from tests.benchmarks.machine import describe
from tests.fake_run import make_audits, make_cohort, make_cv

SIDE = 256
FOLDS = 10
STEPS = {
    "read": "load_run",
    "score": "scored",
    "compare": "compare_runs",
    "words": "subgroups",
    "charts": "draw_charts",
    "pictures": "draw_pictures",
    "page": "render",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=6000)
    parser.add_argument("--models", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        document = measure(Path(name), options.predictions, options.models)
    text = json.dumps(document, indent=1)
    print(text)  # noqa: T201
    if options.out:
        options.out.write_text(text + "\n")


def measure(folder: Path, predictions: int, models: int) -> dict[str, Any]:
    """Make the run and time one report of it: by the clock, and in a second round by its parts."""
    patients = predictions // (2 * models)
    make_cohort(folder / "out", patients=patients, size=SIDE)
    names = tuple(f"network-{number}" for number in range(models))
    run = make_cv(folder / "runs" / "big", folder / "out", folds=FOLDS, models=names)
    make_audits(run)
    started, spent = time.perf_counter(), time.process_time()
    report = build_report([run], folder / "report.html")
    seconds, cpu = time.perf_counter() - started, time.process_time() - spent
    return {
        **describe(["matplotlib", "numpy", "jinja2"]),
        "predictions": 2 * patients * models,
        "models": models,
        "patients": patients,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_share": _shares(run, folder / "again.html"),
        "page_mb": round(report.html.stat().st_size / 1e6, 1),
        "json_mb": round(report.json.stat().st_size / 1e6, 1),
    }


def _shares(run: Path, out: Path) -> dict[str, float]:
    """What share of a profiled report each part takes; the profiler makes it slower, not much different."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(build_report, [run], out)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # it has no annotation
    whole = sum(found[2] for found in stats.values())
    found = dict.fromkeys(STEPS, 0.0)
    for (file, _, function), (_, _, _, cumulative, _) in stats.items():
        for name, wanted in STEPS.items():
            if function == wanted and "report" in file:
                found[name] += cumulative / whole
    return {name: round(share, 2) for name, share in found.items()}


if __name__ == "__main__":
    main()
