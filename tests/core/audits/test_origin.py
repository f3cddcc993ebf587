from typing import Any

import numpy as np
import pytest

from livernet.core.audits.origin import TOGETHER, apex_of, border_of, is_recorded, parts_of
from livernet.core.data.manifest import Row
from tests.tiny_cohort import fan


def facts(**more: Any) -> dict[str, Any]:
    return {
        "format": "PNG", "photometric": None, "transfer_syntax": None, "bit_depth": 8, "frames": 1,
        "geometry": {"box": [100, 50, 500, 350], "source": [400, 600], "size": 200, "fit": "pad"},
        "sector": {"kind": "sector", "apex": [300, 10], "radii": [40, 340], "angles": [-0.5, 0.5]},
        "border": {"level": 0.0, "blocks": 0.1},
        "checks": {"route": "pixels", "markers": 0, "kinds": {}},
    } | more  # fmt: skip


ROWS = [
    Row(image=name, patient=name, scanner=scanner) for name, scanner in (("a", "X"), ("b", "Y"), ("c", "X"))
]
BORDER = np.arange(36.0).reshape(3, 12)


def test_only_what_varies_is_a_part() -> None:
    known = {"a": facts(), "b": facts(border={"level": 62.0, "blocks": 0.1}), "c": facts(format="JPEG")}
    parts = parts_of(ROWS, known, BORDER)
    assert set(parts) == {"the scanner", "the file format", "the level of the border", TOGETHER}
    assert parts["the scanner"].tolist() == [[1, 0], [0, 1], [1, 0]]
    assert parts["the level of the border"].tolist() == [[0], [62], [0]]
    assert parts[TOGETHER].shape == (3, 5)


def test_one_source_has_no_parts() -> None:
    rows = [Row(image=name, patient=name) for name in "ab"]
    assert parts_of(rows, {"a": facts(), "b": facts()}, BORDER[:2]) == {}


def test_without_a_record_the_black_border_is_asked() -> None:
    parts = parts_of(ROWS, {}, BORDER)
    assert set(parts) == {"the scanner", "the shape of the black border", TOGETHER}
    assert "the shape of the black border" not in parts_of(ROWS, {"a": facts()}, BORDER)


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"geometry": None}, {"geometry": {"box": [0, 0, 0, 0], "source": [4, 4]}},
        {"sector": {"apex": None, "radii": ["x", "y"], "angles": [0, 0]}}, {"border": {"level": None}},
        {"checks": {"markers": 1, "kinds": []}}, {"geometry": {"box": [0, 0, 9, 9], "source": [4, 4, 4]}},
        {"sector": {"apex": None, "radii": [1, 2], "angles": ["x", "y"]}}, {"border": []}, {"sector": "x"},
        {"bit_depth": "many"}, {"checks": {"kinds": []}}, {"border": {"level": float("nan"), "blocks": 1}},
    ],
)  # fmt: skip
def test_facts_that_are_missing_or_edited_count_as_unknown(wrong: dict[str, Any]) -> None:
    known = {"a": facts(), "b": facts() | wrong if wrong else {}, "c": facts(bit_depth=16)}
    for part in parts_of(ROWS, known, BORDER).values():
        assert part.shape[0] == 3
        assert np.isfinite(part).all()


def test_what_is_recorded_of_no_image_is_told() -> None:
    rows = [Row(image=name, patient=name, site="S") for name in "ab"]
    whole = is_recorded(rows, {"a": facts()})
    assert [name for name, known in whole.items() if not known] == ["the scanner"]
    older = is_recorded(rows, {"a": facts(border=None, format=None)})
    lost = {"the scanner", "the file format", "the level of the border", "the file's compression"}
    assert {name for name, known in older.items() if not known} == lost
    bare = is_recorded(rows, {})
    assert {name for name, known in bare.items() if known} == {"the site", "the shape of the black border"}


def test_apex_in_the_reduced_square() -> None:
    # 400 x 300 box in a square of 200: half size, 25 rows of padding above; reduced to 100
    assert apex_of(facts(), 100) == pytest.approx((50.0, (25 - 20) / 2))
    assert apex_of(facts(sector={"apex": None}), 100) is None
    assert apex_of({}, 100) is None


def test_border_of_a_fan() -> None:
    numbers = border_of(fan())
    assert numbers.shape == (12,)
    assert numbers[5] == pytest.approx(fan()[fan().any(axis=1)].mean(), abs=0.05)
    assert (border_of(np.zeros((8, 8), np.bool_)) == 0).all()
