"""How often the 95 % intervals of the report hold the true value, and those that were tried instead.

    python -m tests.benchmarks.coverage --cohorts 1000 --out .github/results/coverage.json

Cohorts of 78 patients are made anew and scored by the functions that score a run; each interval is held to
the value of a huge cohort. The numbers of patients a class are fixed, or drawn as the cohort is.
"""

import argparse
import json
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import config_context

from livernet import __version__
from livernet.core.metrics import calibration
from livernet.core.metrics.cases import Cases
from livernet.core.metrics.unit import Wanted, wanted_of
from tests.benchmarks.candidates import DRAWS, Bounds, bounds_of, seen_of
from tests.benchmarks.simulated import CLASSES, EFFECTS, PAPER, Scenario, cohort, population, youden

OF_PROBABILITIES = ("brier", "brier_scaled", "rps", "rps_scaled")
"""What is measured where the probabilities are too sure: the order of the cases is then the same."""


def scenarios() -> list[Scenario]:
    """All that is simulated."""
    some = [effect for effect in EFFECTS if effect != "none"]
    each = [(effect, classes) for classes in CLASSES for effect in some]
    uneven = [(effect, classes) for effect, classes in each if classes != "balanced"]
    return [
        Scenario(effect="none", classes="paper"),
        *(Scenario(effect=effect, classes=classes) for effect, classes in each),
        Scenario(effect="none", classes="paper", drawn=True),
        *(Scenario(effect=effect, classes=classes, drawn=True) for effect, classes in each),
        *(Scenario(effect=effect, classes=classes, unit="images") for effect, classes in uneven),
        *(Scenario(effect=effect, classes="paper", unit="images", drawn=True) for effect in some),
        *(Scenario(effect=effect, classes="paper", sure=True, drawn=True) for effect in some),
        *(Scenario(effect=effect, classes="paper", unit="images", sure=True, drawn=True) for effect in some),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=78)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    start, rows = time.time(), []
    for number, scenario in enumerate(scenarios()):
        with config_context(assume_finite=True, skip_parameter_validation=True):
            rows.append(run(scenario, options.cohorts, options.seed + number))
        print(f"{time.time() - start:6.0f} s  {scenario}", flush=True)  # noqa: T201
    document = {
        "version": __version__,
        "settings": {"cohorts": options.cohorts, "patients": 78, "draws": DRAWS, "seed": options.seed},
        "seconds": round(time.time() - start),
        "scenarios": rows,
    }
    if options.out:
        options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def run(scenario: Scenario, cohorts: int, seed: int) -> dict[str, Any]:
    """Coverage of every candidate for every measure in one scenario, in percent."""
    rng = np.random.default_rng(seed)
    everyone = population(scenario)
    cuts = seen_of(everyone, PAPER, {}).cuts
    thresholds = {name: youden(cut.score_N, cut.positive_N) for name, cut in cuts.items()}
    truth = _truth(everyone, thresholds, scenario)
    tally: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0])
    for _ in range(cohorts):
        cases = cohort(scenario, rng)
        found = bounds_of(seen_of(cases, PAPER, thresholds), _wanted(cases, thresholds, scenario))
        for measure, methods in found.items():
            for method, bounds in methods.items():
                _count(tally[measure, method], truth[measure], bounds)
    measures: dict[str, Any] = {
        name: {"truth": round(value, 4), "methods": {}} for name, value in truth.items()
    }
    for (measure, method), counts in sorted(tally.items()):
        measures[measure]["methods"][method] = _percent(*counts)
    return asdict(scenario) | {"measures": measures}


def _count(tally: list[float], truth: float, bounds: Bounds | None) -> None:
    if bounds is None:
        tally[3] += 1
        return
    low, high = bounds
    tally[0 if low <= truth <= high else 1 if truth > high else 2] += 1
    tally[4] += high - low


def _percent(
    covered: float, above: float, below: float, none: float, width: float
) -> dict[str, float | None]:
    given = covered + above + below
    shares = {"coverage": covered, "truth_above": above, "truth_below": below}
    return {
        **{key: round(100 * count / given, 1) if given else None for key, count in shares.items()},
        "width": round(width / given, 3) if given else None,
        "none": round(100 * none / (none + given), 1),
    }


def _wanted(cases: Cases, thresholds: dict[str, float], scenario: Scenario) -> dict[str, Wanted]:
    fixed = {name: np.full(len(cases.names), value) for name, value in thresholds.items()}
    wanted = wanted_of(cases, PAPER, fixed, independent=scenario.unit == "patients")
    return {name: wanted[name] for name in OF_PROBABILITIES} if scenario.sure else wanted


def _truth(everyone: Cases, thresholds: dict[str, float], scenario: Scenario) -> dict[str, float]:
    found = {name: want.measure.value for name, want in _wanted(everyone, thresholds, scenario).items()}
    for name, cut in seen_of(everyone, PAPER, thresholds).cuts.items():
        parts = (cut.score_N, cut.positive_N, everyone.patient_N)
        found[f"{name} slope"] = calibration.slope(*parts).value
        found[f"{name} intercept"] = calibration.intercept(*parts).value
    return {name: float(value) for name, value in found.items() if value is not None}


if __name__ == "__main__":
    main()
