from livernet.core.report.drawing.audits import forest_figure, null_figure


def test_the_null_is_counted_whole_and_the_observed_value_named() -> None:
    axes = null_figure([0.4, 0.5, 0.55, 0.6], 0.93, "observed").axes[0]
    assert sum(bar.get_height() for bar in axes.containers[0]) == 4
    assert axes.lines[0].get_label() == "observed, 0.93"
    assert axes.get_xlim()[1] > 0.93


def test_rows_run_from_the_top_and_one_without_interval_is_a_point() -> None:
    axes = forest_figure([("A − B", 0.1, -0.1, 0.3), ("A − C", 0.2, None, None)], "difference", 0.0).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A − B", "A − C"]
    assert axes.get_ylim() == (1.5, -0.5)
    assert [list(line.get_xdata()) for line in axes.lines] == [[-0.1, 0.3], [0.1], [0.2], [0.0, 0.0]]
