import base64

from livernet.core.report.drawing.figures import svg_uri
from livernet.core.report.drawing.roc import roc_figure

CURVE = {"false_positive_rate": [0.0, 0.0, 1.0], "true_positive_rate": [0.0, 0.7, 1.0]}


def test_roc_draws_the_diagonal_and_each_series_in_its_own_look() -> None:
    lines = roc_figure({f"model {k}": CURVE for k in range(9)}).axes[0].lines
    assert len(lines) == 10
    looks = {(line.get_color(), line.get_linestyle()) for line in lines[1:]}
    assert len(looks) == 9


def test_a_band_lies_between_its_bounds() -> None:
    band = {"false_positive_rate": [0.0, 1.0], "low": [0.0, 0.8], "high": [0.4, 1.0]}
    (drawn,) = roc_figure({"per patient": CURVE | {"band": band}}).axes[0].collections
    corners = {tuple(point) for point in drawn.get_paths()[0].vertices.tolist()}
    assert {(0.0, 0.0), (1.0, 0.8), (0.0, 0.4), (1.0, 1.0)} <= corners


def test_the_threshold_is_marked_and_named() -> None:
    axes = roc_figure({"per patient": CURVE}, (0.2, 0.9)).axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[0.2, 0.9]]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["per patient", "threshold chosen"]


def test_names_are_drawn_as_text_never_as_formulas_and_without_missing_letters() -> None:
    svg = base64.b64decode(svg_uri(roc_figure({"$x^2$ <b> 간": CURVE})).split(",")[1]).decode()
    assert "<b>" not in svg
    assert "<!-- $x^2$ &lt;b&gt; ? -->" in svg
