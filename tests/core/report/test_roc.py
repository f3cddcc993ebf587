import numpy as np
import pytest

from livernet.core.report.collect import Run
from livernet.core.report.roc import band, rocs


def test_the_points_enclose_the_area_that_is_printed(cv_run: Run) -> None:
    from livernet.core.metrics.summary import score

    points = rocs(cv_run.predictions, cv_run.grouping)["F2"]["images"]
    area = np.trapezoid(points["true_positive_rate"], points["false_positive_rate"])
    images = score(cv_run.predictions, cv_run.grouping)["models"]["livernet"]["images"]
    assert area == pytest.approx(images["auc"]["F2"]["value"])
    assert "band" not in points


def test_one_class_only_has_no_curve(cv_run: Run) -> None:
    rows = [row for row in cv_run.predictions if row.true_class == 0]
    assert rocs(rows, cv_run.grouping)["F4"] == {"patients": None, "images": None}


def test_the_band_holds_the_curve_rises_and_has_a_width_where_the_curve_touches_a_corner() -> None:
    false_T, true_T = np.array([0.0, 0.0, 0.5, 1.0]), np.array([0.0, 0.9, 1.0, 1.0])
    found = band(false_T, true_T, 10, 20)
    low, high = np.array(found["low"]), np.array(found["high"])
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= 0).all()
    assert low[0] == 0.0
    assert high[0] > 0.9
    assert low[100] < 0.75
    assert high[100] == 1.0


def test_the_band_holds_most_new_curves_of_the_same_patients() -> None:
    rng = np.random.default_rng(0)
    across = np.linspace(0, 1, 101)
    truth = np.interp(across, *_curve(rng.normal(1.2, 1, 40000), rng.normal(0, 1, 40000)))
    held = 0
    for _ in range(200):
        positive, negative = rng.normal(1.2, 1, 20), rng.normal(0, 1, 40)
        found = band(*_curve(positive, negative), 20, 40)
        middle = 30
        held += found["low"][middle] <= truth[middle] <= found["high"][middle]
    assert held >= 190


def _curve(positive: np.ndarray, negative: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]  # test
    from livernet.core.metrics.classification import roc

    return roc(np.r_[positive, negative], np.r_[np.ones(len(positive), bool), np.zeros(len(negative), bool)])
