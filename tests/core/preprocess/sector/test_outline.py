import numpy as np
import pytest

from livernet.core.preprocess.sector.outline import arc_rows, cuts, edge_lines, trace
from tests.core.preprocess.screens import CONVEX, SHAPE


def test_ends_of_rows_and_columns():
    region = np.zeros((6, 8), bool)
    region[2:4, 3:6] = True
    outline = trace(region)
    assert outline.rows.tolist() == [2, 3]
    assert (outline.left.tolist(), outline.right.tolist()) == ([3, 3], [5, 5])
    assert outline.columns.tolist() == [3, 4, 5]
    assert (outline.top.tolist(), outline.bottom.tolist()) == ([2] * 3, [3] * 3)
    assert len(outline.points[0]) == len(outline.points[1]) == 10


def test_edges_of_a_sector():
    outline = trace(CONVEX.mask(SHAPE))
    offset, slope = edge_lines(outline.rows, outline.left)[0]
    assert slope == pytest.approx(-np.tan(0.55), abs=0.01)
    assert offset + slope * -60 == pytest.approx(200, abs=2)


def test_the_apex_follows_from_one_edge_and_the_arc():
    outline = trace(CONVEX.mask(SHAPE))
    line = (200 - 60 * np.tan(0.55), -np.tan(0.55))
    (row,) = arc_rows([line], outline.columns, outline.bottom)
    assert row == pytest.approx(-60, abs=6)
    assert arc_rows([line, line], outline.columns, outline.bottom) == [row, row]
    assert arc_rows([], outline.columns, outline.bottom) == []


def test_a_cut_is_straight_and_a_curve_is_none():
    straight = np.concatenate([np.linspace(90, 40, 100), np.full(60, 40.0)]).astype(np.float32)
    curve = (140 - np.sqrt(100.0**2 - np.linspace(-90, 90, 160) ** 2)).astype(np.float32)
    assert cuts(straight) == (40.0,)
    assert cuts(curve) == ()


def test_writing_beyond_a_cut_does_not_hide_it():
    ends = np.concatenate([np.full(10, 12.0), np.full(150, 40.0)]).astype(np.float32)
    assert 40.0 in cuts(ends)
