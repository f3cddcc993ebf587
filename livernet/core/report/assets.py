"""The charts of a report, drawn from the numbers of its document."""

from typing import Any

from livernet.core.report.charts import curves_figure, dice_figure, roc_figure, terms_figure
from livernet.core.report.figures import svg_uri

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


def draw_all(document: dict[str, Any], pictures: list[dict[str, Any]]) -> None:
    """Add ``roc``, ``relation`` and ``curves`` (SVG data URIs) to the pictures of every run."""
    for run, shown in zip(document["runs"], pictures, strict=True):
        shown["roc"] = _rocs(run)
        shown["relation"] = {name: _relation(points) for name, points in run["relation"].items() if points}
        shown["curves"] = {name: _curves(list(folds.values())) for name, folds in run["curves"].items()}


def _rocs(run: dict[str, Any]) -> list[dict[str, str]]:
    """One chart a cut-off, with every model of the run."""
    charts: list[dict[str, str]] = []
    for cutoff in (run["summary"] or {}).get("cutoffs", []):
        series = {}
        for unit in ("patients", "images"):
            for name, by_cutoff in run["roc"].items():
                curve = by_cutoff[cutoff][unit]
                label = f"{name}, per {unit[:-1]}" if len(run["roc"]) > 1 else f"per {unit[:-1]}"
                if curve is not None:
                    series[label] = (curve["false_positive_rate"], curve["true_positive_rate"])
        if series:
            charts.append({"cutoff": cutoff, "uri": svg_uri(roc_figure(series))})
    return charts


def _relation(points: list[dict[str, Any]]) -> str:
    columns = ([point[key] for point in points] for key in ("dice", "probability", "right"))
    return svg_uri(dice_figure(*columns))


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
