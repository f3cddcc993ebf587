import numpy as np

from livernet.core.report.drawing.masks import dice_figure, distribution_figure


def test_distribution_counts_every_image_and_marks_the_median() -> None:
    axes = distribution_figure([0.1, 0.2, 0.3, 0.4, 0.9], "Dice").axes[0]
    assert sum(bar.get_height() for bar in axes.containers[0]) == 5
    assert list(axes.lines[0].get_xdata()) == [0.3, 0.3]


def test_one_value_throughout_is_drawn() -> None:
    assert distribution_figure([1.0] * 4, "Dice").axes[0].lines


def test_dice_figure_counts_right_and_wrong() -> None:
    figure = dice_figure([0.9, 0.5, 0.7], [0.8, 0.2, 0.6], [True, False, True])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "class right (2)",
        "class wrong (1)",
    ]
    right = figure.axes[0].collections[0].get_offsets()
    assert np.asarray(right).tolist() == [[0.9, 0.8], [0.7, 0.6]]
