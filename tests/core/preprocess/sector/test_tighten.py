from dataclasses import replace

import numpy as np
import pytest

from livernet.core.preprocess.sector.echo import Screen
from livernet.core.preprocess.sector.shape import Sector
from livernet.core.preprocess.sector.tighten import CLEAR
from livernet.core.preprocess.sector.tighten import tighten as _tighten
from tests.core.preprocess.screens import CONVEX, SHAPE, overlap, screen


def tighten(sector, grey):
    return _tighten(sector, grey, Screen(grey).background(CLEAR))


@pytest.mark.parametrize("by", [-3.0, 6.0])
def test_moves_the_arcs_to_the_echoes(by):
    off = replace(CONVEX, radii=(CONVEX.radii[0] - by, CONVEX.radii[1] + by))
    tight = tighten(off, screen())
    assert abs(tight.radii[0] - 90) <= 1.5
    assert abs(tight.radii[1] - 330) <= 1.5


def test_moves_an_edge_to_the_echoes():
    assert CONVEX.apex is not None
    off = replace(CONVEX, apex=(CONVEX.apex[0], CONVEX.apex[1] - 4), radii=(94.0, 334.0))
    truth = CONVEX.mask(SHAPE)
    assert overlap(off.mask(SHAPE), truth) < 0.985
    assert overlap(tighten(off, screen()).mask(SHAPE), truth) > 0.988


def test_a_side_in_the_dark_stays():
    grey = screen()
    grey[200:] = 0
    tight = tighten(CONVEX, grey)
    assert tight.apex is not None
    assert abs(tight.apex[1] + tight.radii[1] - 270) < 1.0


def test_an_edge_turns_to_the_echoes():
    left, right = tighten(replace(CONVEX, angles=(-0.57, 0.57)), screen()).angles
    assert abs(left + 0.55) < 0.008
    assert abs(right - 0.55) < 0.008


def test_rectangle():
    truth = Sector(apex=None, radii=(0, 0), angles=(0, 0), box=(80.0, 40.0, 320.0, 260.0))
    off = replace(truth, box=(76.0, 42.0, 325.0, 263.0))
    assert np.abs(np.subtract(tighten(off, screen(truth)).box, truth.box)).max() <= 1.0
