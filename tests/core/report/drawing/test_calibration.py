import pytest

from livernet.core.report.drawing.calibration import reliability_figure

KEYS = ("low", "high", "n", "predicted", "observed", "observed_low", "observed_high")
BINS = [
    dict(zip(KEYS, values, strict=True))
    for values in (
        (0.0, 0.2, 11, 0.1, 0.0, 0.0, 0.26),
        (0.2, 0.5, 0, None, None, None, None),
        (0.5, 1.0, 9, 0.8, 0.9, 0.6, 0.97),
    )
]


def test_points_intervals_and_counts_are_those_of_the_filled_bins() -> None:
    upper, lower = reliability_figure(BINS, "≥F2").axes
    points = upper.containers[0]
    assert points[0].get_xydata().tolist() == [[0.1, 0.0], [0.8, 0.9]]
    ends = [segment.tolist() for segment in points[2][0].get_segments()]
    assert ends == [[[0.1, 0.0], [0.1, 0.26]], [[0.8, pytest.approx(0.6)], [0.8, pytest.approx(0.97)]]]
    assert [bar.get_height() for bar in lower.containers[0]] == [11, 9]
    assert lower.get_xlabel() == "predicted probability ≥F2"
