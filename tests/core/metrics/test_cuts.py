import numpy as np
import pytest

from livernet.core.metrics.cases import by_image
from livernet.core.metrics.cuts import cuts_of
from livernet.core.stages import Grouping
from tests.core.metrics.test_cases import row


def test_a_cut_off_sums_the_classes_at_or_above_it() -> None:
    cases = by_image([row("a", "P1", 1, (0.1, 0.2, 0.7)), row("b", "P2", 2, (0.5, 0.3, 0.2))])
    cuts = cuts_of(cases, Grouping.parse("3"))
    assert list(cuts) == ["F2", "F4"]
    assert cuts["F2"].score_N == pytest.approx([0.9, 0.5])
    assert cuts["F4"].score_N == pytest.approx([0.7, 0.2])
    assert (cuts["F2"].positive_N.tolist(), cuts["F4"].positive_N.tolist()) == ([True, True], [False, True])


def test_a_straddled_cut_off_is_left_out() -> None:
    cases = by_image([row("a", "P1", 1, (0.1, 0.9))])
    assert list(cuts_of(cases, Grouping.parse("F0-F2/F3-F4"))) == ["F3"]


def test_no_case_has_empty_cuts() -> None:
    cuts = cuts_of(by_image([]), Grouping.parse("5"))
    assert [len(cut.score_N) for cut in cuts.values()] == [0] * 4
    assert cuts["F1"].positive_N.dtype == np.bool_
