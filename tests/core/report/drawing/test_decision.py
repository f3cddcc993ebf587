from livernet.core.report.drawing.decision import decision_figure

POINTS = [
    {"threshold": 0.1, "model": 0.5, "all": 0.4},
    {"threshold": 0.5, "model": 0.3, "all": -0.6},
    {"threshold": 0.9, "model": None, "all": None},
]


def test_model_all_and_none_are_drawn_and_the_fall_of_all_does_not_flatten_the_rest() -> None:
    axes = decision_figure(POINTS).axes[0]
    none, everyone, model = axes.lines
    assert [line.get_label() for line in (none, everyone, model)] == ["treat none", "treat all", "model"]
    assert list(model.get_ydata()) == [0.5, 0.3]
    assert list(everyone.get_ydata()) == [0.4, -0.6]
    assert -0.2 < axes.get_ylim()[0] < 0
