"""The table of the simulated coverage, as Markdown for ``.github/statistics.md``.

python -m tests.benchmarks.coverage_table .github/results/coverage.json .github/statistics.md
"""

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from livernet.core.metrics import clustered, intervals
from livernet.core.metrics.calibration import LARGER, ROBUST, WALD
from livernet.core.metrics.resample import BCA

_RATES = ("sensitivity", "specificity", "ppv", "npv")
_BY_BOOTSTRAP = dict.fromkeys(
    ("macro_f1", "kappa", "obuchowski", "brier", "brier_scaled", "rps", "rps_scaled"), "BCa"
)
CHOSEN = {
    "patients": {"accuracy": "Wilson", "balanced_accuracy": "combined Wilson", "auc": "Newcombe"}
    | dict.fromkeys(_RATES, "Wilson")
    | _BY_BOOTSTRAP
    | {"slope": "Wald", "intercept": "robust Wald"},
    "images": {"accuracy": "clustered Wilson", "balanced_accuracy": "BCa", "auc": "clustered Newcombe"}
    | dict.fromkeys(_RATES, "clustered Wilson")
    | _BY_BOOTSTRAP
    | {"slope": "larger Wald", "intercept": "robust Wald"},
}
"""The interval of livernet for each measure of a unit."""
_NAMES = {
    "auc": "AUC",
    "ppv": "PPV",
    "npv": "NPV",
    "brier": "Brier",
    "brier_scaled": "scaled Brier",
    "rps": "RPS",
    "rps_scaled": "scaled RPS",
    "macro_f1": "macro F1",
    "obuchowski": "Obuchowski",
}
METHODS = {
    "Wilson": intervals.WILSON,
    "combined Wilson": intervals.COMBINED,
    "Newcombe": intervals.NEWCOMBE,
    "clustered Wilson": clustered.WILSON,
    "clustered Newcombe": clustered.NEWCOMBE,
    "BCa": BCA,
    "Wald": WALD,
    "larger Wald": LARGER,
    "robust Wald": ROBUST,
}
"""What livernet writes beside an interval."""
START, END = "<!-- coverage: made by tests/benchmarks/coverage_table.py -->", "<!-- end of coverage -->"
LEAST, MOST = 93, 97
Cells = dict[str, dict[str, dict[str, list[tuple[float, str, float]]]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("json", type=Path)
    parser.add_argument("page", type=Path)
    options = parser.parse_args()
    text = options.page.read_text(encoding="utf-8")
    table = markdown(json.loads(options.json.read_text(encoding="utf-8")))
    before, after = text[: text.index(START) + len(START)], text[text.index(END) :]
    options.page.write_text(f"{before}\n{table}{after}", encoding="utf-8")


def collect(document: dict[str, Any]) -> Cells:
    """By unit, kind and method, of each scenario: coverage, its name, cohorts without an interval."""
    cells: Cells = {unit: defaultdict(lambda: defaultdict(list)) for unit in ("patients", "images")}
    for scenario in document["scenarios"]:
        for measure, found in scenario["measures"].items():
            cutoff, _, kind = measure.rpartition(" ")
            if scenario["effect"] == "none" and kind in _RATES:
                continue  # no threshold is the best one there: it calls nearly all or nearly none positive
            for method, cell in found["methods"].items():
                if cell["coverage"] is not None:
                    name = f"{cutoff} {_name(scenario)}".strip()
                    cells[scenario["unit"]][kind][method].append((cell["coverage"], name, cell["none"]))
    return cells


def markdown(document: dict[str, Any]) -> str:
    """Both units: what was chosen and what it covers; then what was tried and lost."""
    cells = collect(document)
    lines: list[str] = []
    for unit, chosen in CHOSEN.items():
        lines += [
            "",
            f"### Per {unit[:-1]}",
            "",
            "| measure | interval | coverage: least, median, most | 93-97 % in | outside |",
            "|---|---|---|---|---|",
        ]
        for kind, method in chosen.items():
            rows = cells[unit][kind][method]
            inside = sum(LEAST <= row[0] <= MOST for row in rows)
            span = f"{_span(rows)} | {inside} of {len(rows)}"
            lines.append(f"| {_words(kind)} | {method} | {span} | {_outside(rows)} |")
    lines += [
        "",
        "### Tried and not used",
        "",
        "| unit | measure | interval | coverage | 93-97 % in |",
        "|---|---|---|---|---|",
    ]
    for unit, chosen in CHOSEN.items():
        for kind, kept in chosen.items():
            for method, rows in sorted(cells[unit][kind].items()):
                if method != kept:
                    inside = sum(LEAST <= row[0] <= MOST for row in rows)
                    lines.append(
                        f"| {unit} | {_words(kind)} | {method} | {_span(rows)} | {inside} of {len(rows)} |"
                    )
    return "\n".join([*lines, "", ""])


def _span(rows: list[tuple[float, str, float]]) -> str:
    values = [row[0] for row in rows]
    return f"{min(values):.1f}, {statistics.median(values):.1f}, {max(values):.1f}"


def _outside(rows: list[tuple[float, str, float]]) -> str:
    low = [f"{name} {value:.1f}" for value, name, _ in sorted(rows) if value < LEAST]
    high = [value for value, _, _ in rows if value > MOST]
    parts = [*low, *([f"above {MOST} in {len(high)}"] if high else [])]
    return "; ".join(parts) or "nothing"


def _name(scenario: dict[str, Any]) -> str:
    return "/".join(
        [
            scenario["effect"],
            scenario["classes"],
            *(["drawn"] if scenario["drawn"] else []),
            *(["too sure"] if scenario["sure"] else []),
        ]
    )


def _words(kind: str) -> str:
    return _NAMES.get(kind, kind.replace("_", " "))


if __name__ == "__main__":
    main()
