from dataclasses import replace

import numpy as np

from livernet.core.preprocess.sector.judge import Fit, Judge
from livernet.core.preprocess.sector.numbers import as_numbers
from livernet.core.preprocess.sector.outline import trace
from livernet.core.preprocess.sector.shape import Sector
from tests.core.preprocess.screens import CONVEX, SHAPE, echo

BOX = Sector(apex=None, radii=(0.0, 0.0), angles=(0.0, 0.0), box=(80.0, 30.0, 320.0, 260.0))


def judged(region, *sectors):
    fits = Judge(echo(region), trace(region), 300).fits(as_numbers(sectors))
    return [fits[k] for k in range(len(sectors))]


def test_the_true_sector_is_trusted_and_a_wrong_one_is_not():
    wide = replace(CONVEX, angles=(-0.7, 0.7))
    narrow = replace(CONVEX, angles=(-0.55, 0.2))
    true, leaves, loses = judged(CONVEX.mask(SHAPE), CONVEX, wide, narrow)
    assert true.leak < 0.01
    assert min(true.coverage, true.edges, true.symmetry) > 0.97
    assert true.confidence > 0.95
    assert leaves.coverage < 0.85
    assert loses.leak > 0.2
    assert loses.symmetry < 0.5
    assert true.score > leaves.score > loses.score


def test_strokes_inside_count_against_a_sector():
    region = CONVEX.mask(SHAPE) & (np.arange(400) < 250)
    strokes = np.zeros(SHAPE, bool)
    strokes[150:160, 280:290] = True
    judge = Judge(replace(echo(region), stroke_hw=strokes), trace(region), 300)
    fit = judge.fits(as_numbers([CONVEX]))[0]
    assert fit.drawn == 100
    assert fit.score < replace(fit, drawn=0).score


def test_confidence_stays_between_0_and_1():
    values = {"sector": CONVEX, "symmetry": 1.0}
    assert Fit(leak=0.0, coverage=1.0, edges=1.0, **values).confidence == 1.0
    assert Fit(leak=0.9, coverage=0.1, edges=0.0, **values).confidence == 0.0


def test_many_are_measured_as_one():
    narrow = replace(CONVEX, angles=(-0.55, 0.2))
    region = CONVEX.mask(SHAPE)
    assert judged(region, narrow, CONVEX)[1] == judged(region, CONVEX)[0]
    fits = Judge(echo(region), trace(region), 300).fits(as_numbers([narrow, CONVEX]))
    assert fits.scores.tolist() == [fits[0].score, fits[1].score]


def test_no_candidates():
    assert judged(CONVEX.mask(SHAPE)) == []
