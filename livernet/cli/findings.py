"""The answers of ``predict`` as a table and as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from livernet.cli.console import note, one_line, out, warn
from livernet.core.infer.calibration import NEW_SCANS
from livernet.core.infer.case import Finding
from livernet.core.infer.forward import Learnt
from livernet.core.infer.models import RunModels
from livernet.core.infer.output import figure_name, mask_name
from livernet.core.infer.predict import PredictResult
from livernet.core.stages import STAGES, Grouping

_SPARED = ("conf.", "liver %", "fold", "P(≥F2)", "P(≥F3)", "P(≥F1)", "Dice")
"""Columns that give way on a narrow terminal, the first one first."""
_NAME = 24
"""Characters of a scan's name that want room in one line."""
CAUTION = "research use only; not a medical device"


def print_findings(result: PredictResult, models: RunModels) -> None:
    """One row a scan on stdout; below it what must be known of single scans, on stderr."""
    grouping = models.cards[0].grouping
    columns: dict[str, list[str]] = {}
    for finding in result.findings:
        for heading, text in _cells(finding, grouping, models.learnt).items():
            columns.setdefault(heading, []).append(text)
    columns = {heading: cells for heading, cells in columns.items() if any(cells)}
    _print_table(columns)
    _warn_of_training(models, result.findings)
    _explain_calibration(models)
    held_out = sum(bool(finding.notice) and not finding.trained for finding in result.findings)
    if held_out:
        pictures = f"{held_out} training picture{'s' * (held_out != 1)}"
        fit = ", with that fold's own temperature and thresholds" if models.calibration else ""
        note(f"{pictures}: each answered by a fold that did not see it{fit}")
    trained = [finding.stem for finding in result.findings if finding.trained]
    if trained:
        warn(f"SEEN IN TRAINING, says nothing about new scans: {_some(trained)}")
    for scan in result.abstained:
        warn(f"{scan.name}: not answered: {scan.reason}; {scan.remedy}")
    warn(CAUTION)


def _print_table(columns: dict[str, list[str]]) -> None:
    """The columns that fit the terminal; what is left out stands in the file."""
    shown = dict(columns)
    for heading in _SPARED:
        if _width(shown) > out.width:
            shown.pop(heading, None)
    out.print(_table(shown))
    left_out = [heading for heading in columns if heading not in shown]
    if left_out:
        note(f"no room here for {', '.join(left_out)}: predictions.csv has all")


def _width(columns: dict[str, list[str]]) -> int:
    """Characters that the table needs; a long name of a scan may be folded."""
    widths = {heading: max(map(cell_len, (heading, *cells))) for heading, cells in columns.items()}
    return sum(widths.values()) - max(0, widths["scan"] - _NAME) + 3 * len(widths)


def _table(columns: dict[str, list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading, cells in columns.items():
        words = heading in {"scan", "true", "class"}
        table.add_column(
            heading,
            justify="left" if words else "right",
            overflow="fold",
            no_wrap=heading != "scan",
            min_width=None if heading == "scan" else max(map(cell_len, (heading, *cells))),
        )
    for row in zip(*columns.values(), strict=True):
        table.add_row(*(escape(one_line(text)) for text in row))
    return table


def _explain_calibration(models: RunModels) -> None:
    fit = models.calibration.get(None)
    if fit is None or not models.learnt.stages:
        return
    how = (
        f"calibrated (temperature {fit.temperature:.2f})" if fit.fitted else f"not calibrated ({fit.reason})"
    )
    limits = ", ".join(f"{stage} {limit:.2f}" for stage, limit in fit.thresholds.items() if limit is not None)
    note(f"probabilities {how}; * at or above the threshold ({limits or 'none fixed'}); {NEW_SCANS}")


def _warn_of_training(models: RunModels, findings: Sequence[Finding]) -> None:
    if not models.learnt.stages:
        warn("this run did not learn to name stages: it answers with masks alone")
    if models.cards[0].config.is_baseline:
        note(f"{models.name} outlines no liver: no mask is written")
        _explain_patches(findings)
    elif not models.learnt.mask:
        warn("this run did not learn masks at full resolution: it answers with classes alone")
    if models.phantom:
        warn("this run was trained on a phantom: it says nothing about the liver of a person")


def _explain_patches(findings: Sequence[Finding]) -> None:
    """Where the patches lay, which need no expert."""
    inside = sum(finding.patches == "mask" for finding in findings)
    sector = sum(finding.patches == "sector" for finding in findings)
    told = [f"in {inside} inside the mask that livernet of the run predicts"] if inside else []
    told += [f"in {sector} in the whole sector"] if sector else []
    if told:
        note(f"patches of the {len(findings)} scan{'s' * (len(findings) != 1)}: {', '.join(told)}")


def document(
    result: PredictResult, models: RunModels, folder: Path, *, masks: bool, figures: bool
) -> dict[str, Any]:
    """What ``--json`` prints."""
    grouping, fit = models.cards[0].grouping, models.calibration.get(None)
    return {
        "run": str(models.run),
        "model": models.name,
        "grouping": grouping.name,
        "class_names": list(grouping.class_names),
        "caution": CAUTION,
        "trained_on_phantom": models.phantom,
        "calibration": None if fit is None else fit.to_dict() | {"basis": NEW_SCANS},
        "scans": [
            _entry(finding, grouping, models.learnt)
            | {
                "mask": str(folder / mask_name(finding.stem)) if masks and models.learnt.mask else None,
                "figure": str(folder / figure_name(finding.stem)) if figures else None,
            }
            for finding in result.findings
        ],
        "abstained": [
            {"scan": scan.name, "reason": scan.reason, "remedy": scan.remedy} for scan in result.abstained
        ],
    }


def _entry(finding: Finding, grouping: Grouping, learnt: Learnt) -> dict[str, Any]:
    said = finding.prediction
    return {
        "scan": said.image,
        "stage": None if said.stage is None else STAGES[said.stage],
        "class": grouping.class_names[said.predicted] if learnt.stages else None,
        "probabilities": dict(zip(grouping.class_names, said.best_probabilities, strict=True))
        if learnt.stages
        else None,
        "raw_probabilities": dict(zip(grouping.class_names, said.probabilities, strict=True))
        if learnt.stages
        else None,
        "at_or_above": finding.cutoffs if learnt.stages else None,
        "positive": _positive(finding) if learnt.stages else None,
        "liver_share": finding.liver_share if learnt.mask else None,
        "mask_confidence": said.mask_confidence,
        "patches": finding.patches or None,
        "dice": said.dice,
        "folds": list(finding.folds),
        "seen_in_training": finding.trained,
        "notice": finding.notice,
    }


def _cells(finding: Finding, grouping: Grouping, learnt: Learnt) -> dict[str, str]:
    """Text by heading, empty for what was not learnt; a cut-off that is one class has a column already."""
    said = finding.prediction
    named = zip(grouping.class_names, said.best_probabilities, strict=True)
    chances = {f"P({name})": f"{value:.2f}" for name, value in named}
    positive = _positive(finding)
    for stage, value in finding.cutoffs.items():
        classes = grouping.classes_at_or_above(STAGES.index(stage)) or ()
        heading = f"P(≥{stage})" if len(classes) > 1 else f"P({grouping.class_names[-1]})"
        chances[heading] = f"{value:.2f}{'*' if positive.get(stage) else ''}"
    return {
        "scan": finding.stem,
        "true": "" if said.stage is None else STAGES[said.stage],
        "class": grouping.class_names[said.predicted] if learnt.stages else "",
        **{heading: text if learnt.stages else "" for heading, text in chances.items()},
        "liver %": f"{100 * finding.liver_share:.0f}" if learnt.mask else "",
        "conf.": _confidence(said.mask_confidence) if learnt.mask else "",
        "fold": _folds(finding),
        "Dice": "" if said.dice is None else f"{said.dice:.2f}",
    }


def _positive(finding: Finding) -> dict[str, bool]:
    """Whether P(>= Fk) is at or above its threshold, for the cut-offs that have one."""
    fixed = {stage: limit for stage, limit in finding.thresholds.items() if limit is not None}
    return {
        stage: round(finding.cutoffs[stage], 9) >= limit
        for stage, limit in fixed.items()
        if stage in finding.cutoffs
    }


def _confidence(value: float | None) -> str:
    return "no liver" if value is None else f"{value:.2f}"


def _folds(finding: Finding) -> str:
    """The folds that answered, where not all of them did."""
    if not finding.notice:
        return ""
    if finding.trained:
        return "seen"
    return ",".join(map(str, finding.folds)) if len(finding.folds) <= 3 else f"{len(finding.folds)} folds"


def _some(stems: list[str], most: int = 5) -> str:
    more = f" and {len(stems) - most} more" if len(stems) > most else ""
    return ", ".join(stems[:most]) + more
