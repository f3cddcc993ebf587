import base64

import numpy as np
import pytest

from livernet.core.report.drawing.charts import (
    curves_figure,
    dice_figure,
    mean_curve,
    roc_figure,
    terms_figure,
)
from livernet.core.report.drawing.figures import svg_uri


def test_mean_curve_stops_at_the_shortest_fold_and_keeps_gaps() -> None:
    mean = mean_curve([[1.0, 2.0, None], [3.0, 4.0, 5.0, 6.0]])
    assert mean == pytest.approx([2.0, 3.0, np.nan], nan_ok=True)


def test_curves_show_every_fold_and_their_mean() -> None:
    axes = curves_figure([[0.1, 0.3], [0.3, 0.5]], "Dice", 1.0).axes[0]
    assert [list(line.get_ydata()) for line in axes.lines] == [
        [0.1, 0.3],
        [0.3, 0.5],
        pytest.approx([0.2, 0.4]),
    ]
    assert axes.get_ylim()[0] == 0


def test_terms_are_named() -> None:
    legend = terms_figure({"mask": [[1.0, 0.5]], "class": [[2.0, 1.0]]}).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["mask", "class"]


def test_roc_draws_the_diagonal_and_each_series_in_its_own_look() -> None:
    lines = roc_figure({f"model {k}": ([0, 1], [0, 1]) for k in range(9)}).axes[0].lines
    assert len(lines) == 10
    looks = {(line.get_color(), line.get_linestyle()) for line in lines[1:]}
    assert len(looks) == 9


def test_names_are_drawn_as_text_never_as_formulas_and_without_missing_letters() -> None:
    uri = svg_uri(roc_figure({"$x^2$ <b> 간": ([0, 1], [0, 1])}))
    svg = base64.b64decode(uri.split(",")[1]).decode()
    assert "<b>" not in svg
    assert "<!-- $x^2$ &lt;b&gt; ? -->" in svg or "&lt;b&gt;" in svg


def test_dice_figure_counts_right_and_wrong() -> None:
    figure = dice_figure([0.9, 0.5, 0.7], [0.8, 0.2, 0.6], [True, False, True])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "class right (2)",
        "class wrong (1)",
    ]
