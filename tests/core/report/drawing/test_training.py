import numpy as np
import pytest

from livernet.core.report.drawing.training import curves_figure, mean_curve, terms_figure


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
    (legend,) = terms_figure({"mask": [[1.0, 0.5]], "class": [[2.0, 1.0]]}).legends
    assert [text.get_text() for text in legend.get_texts()] == ["mask", "class"]
