"""The charts of a report, drawn from the numbers of its document, as SVG data URIs."""

from collections.abc import Mapping
from typing import Any

from livernet.core.report.drawing.audits import forest_figure, null_figure
from livernet.core.report.drawing.calibration import reliability_figure
from livernet.core.report.drawing.decision import decision_figure
from livernet.core.report.drawing.figures import svg_uri
from livernet.core.report.drawing.masks import dice_figure, distribution_figure
from livernet.core.report.drawing.roc import roc_figure
from livernet.core.report.drawing.training import curves_figure, terms_figure
from livernet.core.stages import cutoff_name

Chart = dict[str, str]
Run = Mapping[str, Any]

_TERMS = {
    "loss_fine": "mask, fine",
    "loss_middle": "mask, middle",
    "loss_coarse": "mask, coarse",
    "loss_class": "class",
}
_TRACES = (
    ("loss", "loss, weighted sum", None),
    ("dice", "Dice, training images", 1.0),
    ("accuracy", "accuracy, training images", 1.0),
)
_QUALITY = {"dice": "Dice", "hd95": "HD95", "assd": "ASSD", "nsd": "NSD"}


def draw_charts(document: Mapping[str, Any]) -> dict[str, Any]:
    """``runs``, one entry a run; ``compare`` (ROC curves) and ``pairs`` (differences) over all runs.

    A chart that would be empty is left out.
    """
    runs = document["runs"]
    return {
        "runs": [_run(run) for run in runs],
        "compare": _rocs(runs) if len(runs) > 1 else [],
        "pairs": _pairs((document["comparison"] or {}).get("pairs", [])),
    }


def _run(run: Run) -> dict[str, Any]:
    models: Mapping[str, Any] = (run["summary"] or {}).get("models", {})
    return {
        "roc": _rocs([run]),
        "calibration": {name: _calibration(model["patients"]) for name, model in models.items()},
        "decision": {name: _decision(model["patients"]) for name, model in models.items()},
        "quality": {name: _quality(points) for name, points in run["relation"].items() if points},
        "relation": {name: _relation(points) for name, points in run["relation"].items() if points},
        "curves": {name: _curves(list(folds.values())) for name, folds in run["curves"].items()},
        "audits": {audit["name"]: _audit(audit) for audit in run["audits"]},
        "pairs": _pairs((run["summary"] or {}).get("comparisons") or []),
    }


def _rocs(runs: list[Run]) -> list[Chart]:
    """One chart a cut-off: a single model with band, images and threshold; of several only the patients."""
    models = [(run, name) for run in runs for name in run["roc"]]
    found: dict[str, dict[str, Any]] = {}
    for run, name in models:
        for cutoff, units in run["roc"][name].items():
            series = found.setdefault(cutoff, {})
            if len(models) == 1:
                series |= {f"per {unit[:-1]}": curve for unit, curve in units.items() if curve}
            elif units["patients"]:
                label = f"{run['label']} · {name}" if len(runs) > 1 else name
                series[label] = {key: value for key, value in units["patients"].items() if key != "band"}
    points = {cutoff: _threshold(*models[0], cutoff) for cutoff in found} if len(models) == 1 else {}
    return [
        {"cutoff": cutoff, "uri": svg_uri(roc_figure(series, points.get(cutoff)))}
        for cutoff, series in found.items()
        if series
    ]


def _threshold(run: Run, name: str, cutoff: str) -> tuple[float, float] | None:
    operating = run["summary"]["models"][name]["patients"]["operating"].get(cutoff)
    if operating is None:
        return None
    specificity, sensitivity = (operating[key]["value"] for key in ("specificity", "sensitivity"))
    return None if specificity is None or sensitivity is None else (1 - specificity, sensitivity)


def _calibration(patients: Mapping[str, Any]) -> list[Chart]:
    return [
        {"cutoff": cutoff, "uri": svg_uri(reliability_figure(found["bins"], cutoff_name(cutoff)))}
        for cutoff, found in patients["calibration"].items()
        if any(one["n"] for one in found.get("bins") or [])
    ]


def _decision(patients: Mapping[str, Any]) -> list[Chart]:
    return [
        {"cutoff": cutoff, "uri": svg_uri(decision_figure(points))}
        for cutoff, points in patients["decision"].items()
        if points and any(point["model"] is not None for point in points)
    ]


def _quality(points: list[dict[str, Any]]) -> list[Chart]:
    charts = []
    for key, title in _QUALITY.items():
        values = [point[key] for point in points if point[key] is not None]
        units = sorted({point["unit"] for point in points if point["unit"]})
        unit = f", {units[0]}" if len(units) == 1 and key in {"hd95", "assd"} else ""
        if values:
            charts.append({"title": title, "uri": svg_uri(distribution_figure(values, title + unit))})
    return charts


def _relation(points: list[dict[str, Any]]) -> str:
    columns = ([point[key] for point in points] for key in ("dice", "probability", "right"))
    return svg_uri(dice_figure(*columns))


def _audit(audit: Mapping[str, Any]) -> str | None:
    """The histogram of a permutation test, where the audit made one."""
    numbers = audit["numbers"]
    null, auc = numbers.get("null"), numbers.get("auc")
    observed = auc.get("value") if isinstance(auc, Mapping) else auc
    if not isinstance(null, list) or not null or not isinstance(observed, int | float):
        return None
    return svg_uri(null_figure(null, observed, "mean" if audit["name"] == "shuffled" else "observed"))


def _pairs(pairs: list[Mapping[str, Any]]) -> str | None:
    """Differences of accuracy between models or runs."""
    rows = [
        (f"{pair['a']} − {pair['b']}", found["value"], found.get("low"), found.get("high"))
        for pair in pairs
        if (found := pair["accuracy_difference"])["value"] is not None
    ]
    return svg_uri(forest_figure(rows, "difference of accuracy per patient", 0.0)) if rows else None


def _curves(folds: list[list[dict[str, float | None]]]) -> list[str]:
    folds = [epochs for epochs in folds if epochs]
    if not folds:
        return []
    charts = []
    for key, label, top in _TRACES:
        traces = [[epoch.get(key) for epoch in epochs] for epochs in folds]
        if any(value is not None for trace in traces for value in trace):
            charts.append(svg_uri(curves_figure(traces, label, top)))
    terms = {
        label: [[epoch.get(key) for epoch in epochs] for epochs in folds] for key, label in _TERMS.items()
    }
    known = {k: v for k, v in terms.items() if any(value is not None for trace in v for value in trace)}
    if known:
        charts.insert(1, svg_uri(terms_figure(known)))
    return charts
