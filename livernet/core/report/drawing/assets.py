"""The charts of a report, drawn from the numbers of its document."""

from typing import Any

from livernet.core.report.drawing.charts import curves_figure, dice_figure, roc_figure, terms_figure
from livernet.core.report.drawing.figures import svg_uri

Curve = tuple[list[float], list[float]]

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


def draw_charts(document: dict[str, Any]) -> dict[str, Any]:
    """SVG data URIs: ``runs``, one entry a run (roc, relation, curves), and ``compare`` over all runs."""
    runs = [
        {
            "roc": _rocs([run], ("patients", "images")),
            "relation": {name: _relation(points) for name, points in run["relation"].items() if points},
            "curves": {name: _curves(list(folds.values())) for name, folds in run["curves"].items()},
        }
        for run in document["runs"]
    ]
    return {"runs": runs, "compare": _rocs(document["runs"], ("patients",)) if len(runs) > 1 else []}


def _rocs(runs: list[dict[str, Any]], units: tuple[str, ...]) -> list[dict[str, str]]:
    """One chart a cut-off, with every model of the runs."""
    found: dict[str, dict[str, Curve]] = {}
    for unit in units:
        for run in runs:
            for name, by_cutoff in run["roc"].items():
                model = " ".join(part for part in (run["label"] if len(runs) > 1 else "", name) if part)
                parts = (model if len(runs) + len(run["roc"]) > 2 else "", f"per {unit[:-1]}")
                label = ", ".join(part for part in parts if part)
                for cutoff in by_cutoff:
                    _add(found.setdefault(cutoff, {}), label, by_cutoff[cutoff][unit])
    return [
        {"cutoff": cutoff, "uri": svg_uri(roc_figure(series))} for cutoff, series in found.items() if series
    ]


def _add(series: dict[str, Curve], label: str, curve: dict[str, list[float]] | None) -> None:
    if curve is not None:
        series[label] = (curve["false_positive_rate"], curve["true_positive_rate"])


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
