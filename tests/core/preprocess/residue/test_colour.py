import numpy as np

from livernet.core.preprocess.residue.colour import colour_amount, is_tint
from tests.core.preprocess.screens import speckle

SHAPE = (200, 300)
INSIDE = np.ones(SHAPE, bool)


def test_flow_refuses_and_lines_do_not():
    flow, lines = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    flow[80:110, 100:140] = True
    lines[100:102, 20:220] = True
    assert colour_amount(flow, INSIDE) > 1
    assert 0 < colour_amount(lines, INSIDE) < 1
    assert colour_amount(np.zeros(SHAPE, bool), INSIDE) == 0


def test_specks_of_colour_everywhere_refuse():
    specks = np.zeros(SHAPE, bool)
    specks[::8, ::8] = True
    assert colour_amount(specks, INSIDE) > 1


def test_a_tint_follows_the_grey_and_flow_does_not():
    grey = speckle(SHAPE)
    assert is_tint(grey, grey > 120, INSIDE)
    flow = np.zeros(SHAPE, bool)
    flow[50:150, 50:200] = True
    assert not is_tint(grey, flow, INSIDE)
    assert not is_tint(grey, np.zeros(SHAPE, bool), INSIDE)
