"""The answers of ``predict`` as a table and as JSON."""

from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from livernet.cli.console import out, warn
from livernet.core.infer.models import RunModels
from livernet.core.infer.output import figure_name, mask_name
from livernet.core.infer.predict import Finding, PredictResult
from livernet.core.stages import STAGES, Grouping

CAUTION = "research use only; not a medical device"


def print_findings(result: PredictResult, models: RunModels) -> None:
    """One row a scan on stdout; below it what must be known of single scans, on stderr."""
    grouping = models.cards[0].grouping
    cutoffs = list(result.findings[0].cutoffs)
    scored = any(finding.prediction.dice is not None for finding in result.findings)
    table = Table(title=f"Stages ({CAUTION})", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("scan", overflow="fold")
    table.add_column("true", no_wrap=True)
    table.add_column("class", no_wrap=True)
    for heading in (*grouping.class_names, *map(_at_least, cutoffs), "liver %", "conf."):
        table.add_column(heading, justify="right", no_wrap=True)
    if scored:
        table.add_column("Dice", justify="right")
    for finding in result.findings:
        table.add_row(*(escape(text) for text in _cells(finding, grouping, cutoffs, scored=scored)))
    out.print(table)
    for notice, stems in _by_notice(result).items():
        warn(f"{_some(stems)}: {notice}")
    for scan in result.abstained:
        warn(f"{scan.name}: not answered: {scan.reason} ({scan.remedy})")
    warn(CAUTION)


def document(
    result: PredictResult, models: RunModels, folder: Path, *, masks: bool, figures: bool
) -> dict[str, Any]:
    """What ``--json`` prints."""
    grouping = models.cards[0].grouping
    return {
        "run": str(models.run),
        "model": models.name,
        "grouping": grouping.name,
        "class_names": list(grouping.class_names),
        "caution": CAUTION,
        "scans": [
            _entry(finding, grouping)
            | {
                "mask": str(folder / mask_name(finding.stem)) if masks else None,
                "figure": str(folder / figure_name(finding.stem)) if figures else None,
            }
            for finding in result.findings
        ],
        "abstained": [
            {"scan": scan.name, "reason": scan.reason, "remedy": scan.remedy} for scan in result.abstained
        ],
    }


def _entry(finding: Finding, grouping: Grouping) -> dict[str, Any]:
    said = finding.prediction
    return {
        "scan": said.image,
        "stage": None if said.stage is None else STAGES[said.stage],
        "class": grouping.class_names[said.predicted],
        "probabilities": dict(zip(grouping.class_names, said.probabilities, strict=True)),
        "at_or_above": finding.cutoffs,
        "liver_share": finding.liver_share,
        "mask_confidence": said.mask_confidence,
        "dice": said.dice,
        "folds": list(finding.folds),
        "notice": finding.notice,
    }


def _cells(finding: Finding, grouping: Grouping, cutoffs: list[str], *, scored: bool) -> list[str]:
    said = finding.prediction
    confidence = "no liver" if said.mask_confidence is None else f"{said.mask_confidence:.2f}"
    cells = [
        finding.stem,
        "–" if said.stage is None else STAGES[said.stage],
        grouping.class_names[said.predicted],
        *(f"{value:.2f}" for value in said.probabilities),
        *(f"{finding.cutoffs[cutoff]:.2f}" for cutoff in cutoffs),
        f"{100 * finding.liver_share:.0f}",
        confidence,
    ]
    return [*cells, "–" if said.dice is None else f"{said.dice:.2f}"] if scored else cells


def _at_least(stage: str) -> str:
    return stage if stage == STAGES[-1] else f"≥{stage}"


def _by_notice(result: PredictResult) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in result.findings:
        if finding.notice:
            found.setdefault(finding.notice, []).append(finding.stem)
    return found


def _some(stems: list[str], most: int = 5) -> str:
    more = f" and {len(stems) - most} more" if len(stems) > most else ""
    return ", ".join(stems[:most]) + more
